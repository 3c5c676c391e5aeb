import { describe, expect, it } from 'vitest';
import { createManager } from '../../../src/core/manager.ts';
import type { ManagerHandle } from '../../../src/core/manager.ts';
import type { Signal } from '../../../src/core/signal.ts';
import type { Sink } from '../../../src/core/sink.ts';
import { createTestClock } from '../../../src/core/testing/test-clock.ts';
import { createEnvironment } from '../../../src/node/environment.ts';

function setUp(write: (handle: ManagerHandle) => void): { handle: ManagerHandle; signals: Signal[] } {
  const signals: Signal[] = [];
  const sink: Sink = { name: 'test', accepts: (signal) => signal.kind === 'metric', write: () => write(handle) };
  const environment = { ...createEnvironment(), variables: {}, sources: [], clock: createTestClock() };
  const handle = createManager(environment, { sinks: [sink] });
  handle.manager.signals$.subscribe((signal) => signals.push(signal));
  return { handle, signals };
}

describe('what a sink does while it writes', () => {
  it('is not timed', async () => {
    const { handle, signals } = setUp(({ manager: { profiler } }) => {
      profiler.profile('in a sink', () => undefined);
      profiler.start('in a sink')();
      wrapped();
    });
    const wrapped = handle.manager.profiler.profileFunction({ name: 'in a sink' })(() => undefined);
    handle.manager.recordMetric('a', 1);
    await handle.manager.flush();
    expect(signals.map(({ name }) => name)).toEqual(['a']);
    expect(handle.manager.profiler.getStatistics('in a sink')).toBe(undefined);
  });

  it('may end what began before: that is counted, and its signal is not wanted', async () => {
    const { handle, signals } = setUp(() => {
      stop();
      expect([...generated]).toEqual([1]);
    });
    const { profiler } = handle.manager;
    const stop = profiler.start('started');
    const generated = profiler.profileFunction({ name: 'generated' })(function* () {
      yield 1;
    })();
    handle.manager.recordMetric('a', 1);
    await handle.manager.flush();
    expect(signals.map(({ name }) => name)).toEqual(['a']);
    expect([profiler.getStatistics('started')?.count, profiler.getStatistics('generated')?.count]).toEqual([1, 1]);
    expect(handle.manager.ledger()).toMatchObject({ emitted: 3, routed: 1, held: 0, filtered: { disabled: 2 } });
  });
});

describe('the kill switch', () => {
  it('also stops the signal of a call that has begun', () => {
    const { handle, signals } = setUp(() => undefined);
    handle.manager.profiler.profile('work', () => handle.configure({ enabled: false }, 'test'));
    expect(signals).toEqual([]);
    expect(handle.manager.ledger()).toMatchObject({ emitted: 0, held: 0 });
  });
});
