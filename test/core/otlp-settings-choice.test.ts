import { describe, expect, it } from 'vitest';
import { readVariables } from '../../src/core/config/environment-variables.ts';
import type { ObservabilityOptions } from '../../src/core/config/options.ts';
import { mergeOptions, resolveSettings } from '../../src/core/config/settings.ts';
import type { HttpSinkOptions } from '../../src/core/sinks/http/http-sink-options.ts';

/** The options of the OTLP sink, if it is there; and what the console prints. */
function resolve(
  options: ObservabilityOptions,
  variables: Record<string, string> = {},
): { readonly otlp: HttpSinkOptions | undefined; readonly exporters: readonly string[] | undefined } {
  const read = readVariables(variables, (message) => {
    throw new Error(message);
  });
  const { exports, tracing } = resolveSettings(options, read);
  return { otlp: exports.find(({ exporter }) => exporter === 'otlp')?.options, exporters: tracing.exporters };
}

describe('the OTLP sink among the default sinks', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
  const ofTraces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' };
  const choice = (names: string): Record<string, string> => ({ OTEL_TRACES_EXPORTER: names });

  it.each<[string, ObservabilityOptions, Record<string, string>, boolean]>([
    ['is not there by itself', {}, {}, false],
    ['is there when code chooses it', { tracing: { exporter: 'otlp' } }, {}, true],
    ['is there when code chooses it among others', { tracing: { exporter: ['console', 'otlp'] } }, {}, true],
    ['is there when the variable chooses it', {}, choice('otlp'), true],
    ['is there when the variable chooses it among others', {}, choice(' console , otlp,'), true],
    ['is there when a variable names a receiver', {}, endpoint, true],
    ['is there when a variable names a receiver of traces', {}, ofTraces, true],
    ['is not there when code chooses others', { tracing: { exporter: 'console' } }, { ...endpoint, ...choice('otlp') }, false],
    ['is not there when code chooses none', { tracing: { exporter: 'none' } }, endpoint, false],
    ['is not there when the variable chooses others', {}, { ...endpoint, ...choice('console') }, false],
    ['is not there for an endpoint alone', { tracing: { endpoint: 'http://collector:4318' } }, {}, false],
  ])('%s', (_, options, variables, expected) => {
    expect(resolve(options, variables).otlp !== undefined).toBe(expected);
  });

  it('gets its endpoint and headers from the options of tracing, merged', () => {
    const headers = { 'x-key': 'abc' };
    const first: ObservabilityOptions = { tracing: { exporter: 'otlp', endpoint: 'http://first:4318' } };
    const later: ObservabilityOptions = { tracing: { endpoint: 'http://later:4318', headers } };
    expect(resolve(mergeOptions(first, later)).otlp).toEqual({ endpoint: 'http://later:4318', headers });
    expect(resolve({}, endpoint).otlp).toEqual({ endpoint: undefined, headers: undefined });
  });

  it('does not choose what the console prints', () => {
    expect(resolve({}, endpoint).exporters).toBeUndefined();
    expect(resolve({}, choice('otlp,console')).exporters).toEqual(['otlp', 'console']);
  });
});
