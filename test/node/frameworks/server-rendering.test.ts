// Pages are rendered on servers, too: the adapters load there, change nothing of what is rendered, and throw nothing of their own.
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createElement, Suspense } from 'react';
import type { ReactElement } from 'react';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSSRApp, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import { ObservabilityErrorHandler } from '../../../src/browser/frameworks/angular.ts';
import { ErrorBoundary, reactErrorHandlers } from '../../../src/browser/frameworks/react.ts';
import { vueErrors } from '../../../src/browser/frameworks/vue.ts';
import { getObservabilityManager } from '../../../src/node/index.ts';
import type { ErrorSignal, ObservabilityManager } from '../../../src/node/index.ts';
import { processWide } from '../../../src/core/process-wide.ts';
import { told } from './framework-page.ts';

let failure: RangeError;

function Broken(): ReactElement {
  throw failure;
}

let obs: ObservabilityManager | undefined;
let errors: ErrorSignal[];

function observe(): void {
  errors = [];
  obs = getObservabilityManager({ sinks: [], sources: false });
  obs.signals$.subscribe((signal) => {
    if (signal.kind === 'error') errors.push(signal);
  });
}

beforeEach(() => {
  failure = new RangeError('no price');
  processWide().handle = undefined;
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => obs?.shutdown());

describe('on a server, React', () => {
  it('renders what an error boundary has in it', () => {
    observe();
    expect(renderToString(createElement(ErrorBoundary, { fallback: 'sorry' }, createElement('b', {}, 'shop')))).toBe('<b>shop</b>');
    expect(errors).toEqual([]);
  });

  it('hands what a component throws to its own onError, and leaves the place to the page', async () => {
    observe();
    const onError = vi.fn();
    const guarded = createElement(ErrorBoundary, { fallback: 'sorry' }, createElement(Suspense, { fallback: 'loading' }, createElement(Broken)));
    const { pipe } = renderToPipeableStream(createElement('main', {}, guarded), { onError });
    expect(await text(pipe(new PassThrough()))).toContain('loading');
    expect(onError.mock.calls[0]![0]).toBe(failure);
    expect(errors).toEqual([]);
  });

  it('throws what a component throws, as ever, where nobody waits for a part of it', () => {
    observe();
    expect(() => renderToString(createElement(ErrorBoundary, {}, createElement(Broken)))).toThrow(failure);
  });

  it('has handlers for a root that print, where there is no page that could hear', () => {
    observe();
    const { onUncaughtError, onCaughtError, onRecoverableError } = reactErrorHandlers();
    for (const handle of [onUncaughtError, onCaughtError, onRecoverableError]) handle(failure, {});
    expect(errors).toHaveLength(1);
    expect(console.error).toHaveBeenCalledTimes(3);
  });
});

it('on a server, Vue hands what a component throws to the plugin, and renders the rest', async () => {
  observe();
  const app = createSSRApp({ name: 'Shop', render: () => h('main', [h({ name: 'Basket', setup: () => { throw failure; }, render: () => h('b') })]) }).use(vueErrors());
  expect(await renderVue(app)).toContain('<main>');
  expect(errors.map(told)).toEqual([{ said: 'RangeError: no price', mechanism: 'vue', handled: false, level: 'error' }]);
  expect(errors[0]!.context).toMatchObject({ component: 'Basket' });
  expect(console.error).toHaveBeenCalledWith(failure);
});

it("on a server, Angular's handler captures and prints", () => {
  observe();
  new ObservabilityErrorHandler().handleError(failure);
  expect(errors.map(told)).toEqual([{ said: 'RangeError: no price', mechanism: 'angular', handled: false, level: 'error' }]);
  expect(console.error).toHaveBeenCalledWith('ERROR', failure);
});

describe('an adapter', () => {
  it('makes no manager of its own where there is none', () => {
    new ObservabilityErrorHandler().handleError(failure);
    expect(processWide().handle).toBeUndefined();
    expect(console.error).toHaveBeenCalledWith('ERROR', failure);
  });

  it('captures nothing after the manager was shut down', async () => {
    observe();
    await obs!.shutdown();
    const before = obs!.ledger();
    new ObservabilityErrorHandler().handleError(new Error('late'));
    expect(obs!.ledger()).toEqual(before);
  });

  it('does without a process-wide manager that it does not know', () => {
    processWide().handle = { isShutDown: false } as NonNullable<ReturnType<typeof processWide>['handle']>;
    expect(() => new ObservabilityErrorHandler().handleError(failure)).not.toThrow();
    processWide().handle = undefined;
  });
});
