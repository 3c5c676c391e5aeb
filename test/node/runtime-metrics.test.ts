import { createServer } from 'node:net';
import { once } from 'node:events';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { IntervalHistogram } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate as turn } from 'node:timers/promises';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import type { Subscription } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConfigurationError, createObservability } from '#sdk';
import type { MetricSignal } from '#sdk';
import { createTestClock } from '#testing';
import { acceptingKinds } from '../../src/core/accepted-kinds.ts';
import { runtimeMetrics } from '../../src/node/sources/runtime-metrics.ts';
import { createScriptRunner } from '../helpers/child-process.ts';
import type { ScriptRunner } from '../helpers/child-process.ts';
import { recorded } from '../helpers/recorded.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function observed(options?: Parameters<typeof runtimeMetrics>[0]) {
  const all = recorded({ sources: [runtimeMetrics(options)] });
  undo.push(() => all.obs.shutdown());
  const named = (name: string): readonly MetricSignal[] => all.ofKind('metric').filter((signal) => signal.name === name);
  return { ...all, named };
}

/** Keeps the thread from everything else for this many milliseconds. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Until a condition holds; the test's own timeout ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** Collects all garbage, now. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const perTick: readonly (readonly [name: string, unit: string, instrument: string, attribute?: string])[] = [
  [conventions.METRIC_NODEJS_EVENTLOOP_DELAY_MIN, 'ms', 'gauge'],
  [conventions.METRIC_NODEJS_EVENTLOOP_DELAY_MAX, 'ms', 'gauge'],
  [conventions.METRIC_NODEJS_EVENTLOOP_DELAY_MEAN, 'ms', 'gauge'],
  [conventions.METRIC_NODEJS_EVENTLOOP_DELAY_STDDEV, 'ms', 'gauge'],
  [conventions.METRIC_NODEJS_EVENTLOOP_DELAY_P50, 'ms', 'gauge'],
  [conventions.METRIC_NODEJS_EVENTLOOP_DELAY_P90, 'ms', 'gauge'],
  [conventions.METRIC_NODEJS_EVENTLOOP_DELAY_P99, 'ms', 'gauge'],
  [conventions.METRIC_NODEJS_EVENTLOOP_UTILIZATION, '1', 'gauge'],
  [conventions.METRIC_NODEJS_EVENTLOOP_TIME, 'ms', 'counter', conventions.ATTR_NODEJS_EVENTLOOP_STATE],
  [conventions.METRIC_V8JS_MEMORY_HEAP_USED, 'By', 'gauge', conventions.ATTR_V8JS_HEAP_SPACE_NAME],
  [conventions.METRIC_V8JS_MEMORY_HEAP_SPACE_SIZE, 'By', 'gauge', conventions.ATTR_V8JS_HEAP_SPACE_NAME],
  [conventions.METRIC_V8JS_MEMORY_HEAP_SPACE_AVAILABLE_SIZE, 'By', 'gauge', conventions.ATTR_V8JS_HEAP_SPACE_NAME],
  [conventions.METRIC_V8JS_MEMORY_HEAP_SPACE_PHYSICAL_SIZE, 'By', 'gauge', conventions.ATTR_V8JS_HEAP_SPACE_NAME],
  ['nodejs.memory.heap.limit', 'By', 'gauge'],
  ['nodejs.memory.external', 'By', 'gauge'],
  [conventions.METRIC_V8JS_RESOURCE_ACTIVE, '{resource}', 'gauge', conventions.ATTR_V8JS_RESOURCE_TYPE],
  [conventions.METRIC_PROCESS_MEMORY_USAGE, 'By', 'gauge'],
  [conventions.METRIC_PROCESS_CPU_TIME, 'ms', 'counter', conventions.ATTR_CPU_MODE],
];

// Tests run in workers; what is told of the process itself is shown by a script in a process of its own.
const ofProcess = ['process.memory.usage', 'process.cpu.time'];

describe('each tick', () => {
  it('tells all there is, under the names of the conventions', async () => {
    const { named, clock } = observed();
    // The first look at the loop comes after some milliseconds.
    await until(() => (clock.advance(5_000), named('nodejs.eventloop.delay.max').length > 0));
    for (const [name, unit, instrument, attribute] of perTick.filter(([name]) => !ofProcess.includes(name))) {
      const [signal] = named(name);
      expect({ name, signal }).toMatchObject({ name, signal: { unit, instrument } });
      if (attribute !== undefined) expect(named(name).every(({ attributes }) => typeof attributes[attribute] === 'string')).toBe(true);
      expect(named(name).every(({ value }) => Number.isFinite(value) && value >= 0)).toBe(true);
    }
  });

  it('comes every five seconds, or as often as is wanted', () => {
    const ticks = (options: Parameters<typeof runtimeMetrics>[0], milliseconds: number): number => {
      const { named, clock } = observed(options);
      clock.advance(milliseconds);
      return named('nodejs.eventloop.utilization').length;
    };
    expect([ticks({}, 4_999), ticks({}, 5_000), ticks({ every: 100 }, 1_000)]).toEqual([0, 1, 10]);
  });
});

describe('a runtime that lacks something', () => {
  it('tells the rest', () => {
    const { clock, named } = observed();
    const missing = vi.spyOn(process, 'getActiveResourcesInfo').mockImplementation(() => {
      throw new TypeError('not implemented');
    });
    undo.push(() => missing.mockRestore());
    clock.advance(5_000);
    clock.advance(5_000);
    expect(named('v8js.resource.active')).toEqual([]);
    expect(named('nodejs.memory.heap.limit')).toHaveLength(2);
    expect(missing).toHaveBeenCalledOnce();
  });
});

describe('the event loop', () => {
  it('that is blocked is late by as much', async () => {
    const { named, clock } = observed();
    const worst = (): number => Math.max(0, ...named('nodejs.eventloop.delay.max').map(({ value }) => value));
    // What comes right after a tick is not seen: then once more.
    for (let looks = 0; worst() < 100; looks += 1) {
      block(150);
      await turn();
      await turn();
      if (looks % 3 === 2) clock.advance(5_000);
    }
    expect(worst()).toBeGreaterThan(100);
  });

  it('that is idle is on time: the time between two looks is no delay', async () => {
    const { named, clock } = observed();
    const least = (): number => Math.min(...named('nodejs.eventloop.delay.min').map(({ value }) => value));
    await until(() => (clock.advance(5_000), least() < 10));
  });

  it('that works is active, and each millisecond is told once', async () => {
    const { named, clock } = observed();
    const sum = (...states: readonly string[]): number =>
      named('nodejs.eventloop.time').reduce((total, { value, attributes }) => total + (states.includes(`${attributes['nodejs.eventloop.state']}`) ? value : 0), 0);
    await turn();
    clock.advance(5_000);
    const startedAt = performance.now();
    const [active, all] = [sum('active'), sum('active', 'idle')];
    block(60);
    await turn();
    for (let ticks = 0; ticks < 20; ticks += 1) clock.advance(5_000);
    expect(sum('active') - active).toBeGreaterThanOrEqual(59);
    expect(sum('active', 'idle') - all).toBeLessThan(performance.now() - startedAt + 50);
    expect(named('nodejs.eventloop.utilization').every(({ value }) => value >= 0 && value <= 1)).toBe(true);
  });
});

describe('a garbage collection', () => {
  it('is told with its type and how long it took', async () => {
    const { named, clock } = observed();
    const major = (): MetricSignal | undefined => named('v8js.gc.duration').find(({ attributes }) => attributes['v8js.gc.type'] === 'major');
    collect();
    await until(() => (clock.advance(5_000), major() !== undefined));
    expect(major()).toMatchObject({ unit: 'ms', instrument: 'histogram' });
    expect(major()?.value).toBeGreaterThan(0);
  });
});

it('measures nothing while nobody wants metrics, and begins when somebody does', () => {
  const observe = vi.spyOn(PerformanceObserver.prototype, 'observe');
  const disconnect = vi.spyOn(PerformanceObserver.prototype, 'disconnect');
  const spansOnly = { name: 'spans', accepts: acceptingKinds(({ kind }) => kind === 'span', () => ['span'] as const), write: () => undefined };
  const clock = createTestClock();
  const obs = createObservability({ clock, sources: [runtimeMetrics()], sinks: [spansOnly] });
  undo.push(() => obs.shutdown());
  clock.advance(10_000);
  expect([observe.mock.calls.length, obs.ledger().emitted]).toEqual([0, 0]);

  const signals: unknown[] = [];
  const watched = obs.metrics$.subscribe((signal) => signals.push(signal));
  clock.advance(10_000);
  expect([observe.mock.calls.length, signals.length > 10]).toEqual([1, true]);

  watched.unsubscribe();
  clock.advance(5_000);
  const { emitted } = obs.ledger();
  clock.advance(50_000);
  expect([disconnect.mock.calls.length, obs.ledger().emitted]).toEqual([1, emitted]);
});

it('undoes everything once it is stopped, and begins anew when it is observed again', () => {
  const disconnect = vi.spyOn(PerformanceObserver.prototype, 'disconnect');
  const disable = vi.spyOn(Object.getPrototypeOf(monitorEventLoopDelay()) as IntervalHistogram, 'disable');
  const source = runtimeMetrics();
  const clock = createTestClock();
  const signals: unknown[] = [];
  const observe = (): Subscription => source.observe({ clock }).subscribe((signal) => signals.push(signal));
  const [first, second] = [observe(), observe()];
  first.unsubscribe();
  expect([disconnect, disable].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  clock.advance(5_000);
  const ofOne = signals.length;
  second.unsubscribe();
  clock.advance(50_000);
  expect([ofOne > 10, signals.length]).toEqual([true, ofOne]);
  expect([disconnect, disable].map(({ mock }) => mock.calls.length)).toEqual([2, 2]);
});

describe('what keeps the loop alive', () => {
  it('is counted by type, and told as none once it is gone', async () => {
    const { named, clock } = observed();
    const servers = (): number | undefined => {
      clock.advance(5_000);
      return named('v8js.resource.active').filter(({ attributes }) => attributes['v8js.resource.type'] === 'TCPServerWrap').at(-1)?.value;
    };
    const before = servers() ?? 0;
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(servers()).toBe(before + 1);
    server.close();
    await once(server, 'close');
    await until(() => servers() === before);
  });
});

describe('in a process of its own', () => {
  let scripts: ScriptRunner;
  beforeAll(async () => {
    scripts = await createScriptRunner('src/node/sources/runtime-metrics.ts');
  });
  afterAll(() => scripts.dispose());

  /** A clock of real time. */
  const clock = `const clock = { every: (milliseconds) => new rxjs.Observable((subscriber) => {
    const timer = setInterval(() => subscriber.next(), milliseconds).unref();
    return () => clearInterval(timer);
  }) };`;

  it('it does not keep it alive', async () => {
    const { code, stdout, milliseconds } = await scripts.run(`${clock}
      sdk.runtimeMetrics({ every: 10 }).observe({ clock }).subscribe();
      console.log('ready');`);
    expect([code, stdout.trim()]).toEqual([0, 'ready']);
    expect(milliseconds).toBeLessThan(20_000);
  });

  it('tells of the process, which a worker leaves to the main thread', async () => {
    const { code, stdout, stderr } = await scripts.run(`import { isMainThread, parentPort, Worker } from 'node:worker_threads';
      ${clock}
      const names = new Set();
      const threads = new Set();
      sdk.runtimeMetrics({ every: 10 }).observe({ clock }).subscribe(({ name, attributes }) => {
        names.add(name);
        threads.add(attributes['thread.id']);
        // Behind what a tick begins with, once all the rest was in one before.
        if (name !== 'nodejs.eventloop.utilization' || !names.has('nodejs.eventloop.delay.p99') || !names.has('v8js.resource.active')) return;
        const told = JSON.stringify([[...names], [...threads]]);
        if (isMainThread) main(told);
        else parentPort.postMessage(told);
      });
      let done = false;
      function main(told) {
        if (done) return;
        done = true;
        const worker = new Worker(new URL(import.meta.url));
        worker.on('message', (fromWorker) => { console.log('[' + told + ',' + fromWorker + ']'); process.exit(); });
      }
      setInterval(() => undefined, 1_000);`);
    expect([code, stderr]).toEqual([0, '']);
    const [[ofMain, mainThreads], [ofWorker, workerThreads]] = JSON.parse(stdout);
    const each = perTick.map(([name]) => name);
    expect([...each].filter((name) => !ofMain.includes(name))).toEqual([]);
    expect([...each].filter((name) => !ofWorker.includes(name))).toEqual(ofProcess);
    expect([mainThreads, workerThreads]).toEqual([[null], [1]]);
  });
});

it('needs no clock to be right: time that jumps changes nothing it measures', async () => {
  let time = 0;
  const values: number[] = [];
  const ticks: (() => void)[] = [];
  const { Observable } = await import('rxjs');
  const clock = { now: () => time, elapsed: () => time, every: () => new Observable((subscriber) => void ticks.push(() => subscriber.next(undefined))) };
  const subscription = runtimeMetrics().observe({ clock }).subscribe((signal) => values.push((signal as MetricSignal).value));
  undo.push(() => subscription.unsubscribe());
  for (const jump of [3_600_000, -7_200_000, 0]) {
    time += jump;
    ticks.forEach((tick) => tick());
  }
  expect(values.length).toBeGreaterThan(30);
  expect(values.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
});

it.each([{ every: 0 }, { every: -1 }, { every: Number.NaN }, { every: '5' }, { every: 2 ** 31 }, null])('%j is refused at once', (options) => {
  expect(() => runtimeMetrics(options as never)).toThrow(ConfigurationError);
});
