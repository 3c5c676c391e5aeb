// A program of no known host: neither the DOM's types nor Node's. What is Node's alone (`/node`) names Node's types.
import * as entry from '@arkhe/observability';
import * as browser from '@arkhe/observability/browser';
import * as core from '@arkhe/observability/core';
import * as testing from '@arkhe/observability/testing';

export const manager: entry.ObservabilityManager = entry.createObservability();
export const sink: core.Sink = { name: 'none', write: (_, { abortSignal }: entry.WriteContext) => void abortSignal };
export { browser, testing };
