import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WhenFull } from '../../src/core/delivery/delivery-options.ts';
import { importanceOf } from '../../src/core/delivery/importance.ts';
import { createSignalQueue } from '../../src/core/delivery/signal-queue.ts';
import type { Signal } from '../../src/core/signal.ts';
import '../helpers/fixed-seed.ts';
import { errorSignal, logSignal, metricSignal, profileSignal, requestSignal, responseSignal, spanSignal } from '../helpers/signals.ts';

interface Bench {
  push(name: string, size?: number, signal?: Signal): number;
  /** The names of what is taken. */
  take(count?: number, bytes?: number): string[];
  readonly queue: ReturnType<typeof createSignalQueue>;
}

function setUp(whenFull: WhenFull, maxQueueSize: number = 1_000, maxQueueBytes: number = 1_000_000): Bench {
  let written: string[] = [];
  const queue = createSignalQueue((signals) => void (written = signals.map(({ name }) => name)), () => ({ whenFull, maxQueueSize, maxQueueBytes }));
  let order = 0;
  return {
    queue,
    push: (name, size = 1, signal = spanSignal()) => queue.push({ ...signal, name }, size, ++order),
    take(count = 1_000, bytes = Number.POSITIVE_INFINITY) {
      void queue.take(count, bytes).send({ abortSignal: new AbortController().signal, leaving: false });
      return written;
    },
  };
}

const [failed, warning, plain, measured] = [errorSignal(), logSignal({ severityNumber: 13 }), spanSignal(), metricSignal()];

describe('a full queue', () => {
  it('gives up the newest with `dropNewest`', () => {
    const { push, take } = setUp('dropNewest', 2);
    expect([push('a'), push('b'), push('c')]).toEqual([0, 0, 1]);
    expect(take()).toEqual(['a', 'b']);
  });

  it('gives up the oldest with `dropOldest`, as many as it takes', () => {
    const { push, take, queue } = setUp('dropOldest', 3, 10);
    expect([push('a'), push('b', 4), push('c', 4), push('d')]).toEqual([0, 0, 0, 1]);
    expect(queue.oldest).toBe(2);
    expect(push('e', 6)).toBe(2);
    expect(queue).toMatchObject({ length: 2, bytes: 7 });
    expect(push('more than all', 11)).toBe(1);
    expect(take()).toEqual(['d', 'e']);
  });

  it('gives up the oldest of the least important with `priority`, and keeps the order of the rest', () => {
    const { push, take } = setUp('priority', 6);
    const came: readonly (readonly [string, Signal])[] = [['m1', measured], ['s1', plain], ['m2', measured], ['w1', warning], ['f1', failed], ['s2', plain]];
    for (const [name, signal] of came) expect(push(name, 1, signal)).toBe(0);
    expect(push('f2', 1, failed)).toBe(1);
    expect(push('s3', 1, plain)).toBe(1);
    expect(push('w2', 1, warning)).toBe(1);
    expect(take()).toEqual(['w1', 'f1', 's2', 'f2', 's3', 'w2']);
  });

  it('gives up what comes, with `priority`, when nothing less important waits', () => {
    const { push, take } = setUp('priority', 2);
    push('f1', 1, failed);
    push('s1', 1, plain);
    expect([push('s2', 1, plain), push('m', 1, measured), push('f2', 1, failed), push('f3', 1, failed)]).toEqual([1, 1, 1, 1]);
    expect(take()).toEqual(['f1', 'f2']);
  });

  it('gives up nothing for what has no room even then', () => {
    const { push, take } = setUp('priority', 10, 10);
    push('f1', 6, failed);
    push('m1', 2, measured);
    push('m2', 2, measured);
    expect(push('f2', 5, failed)).toBe(1);
    expect(push('f3', 4, failed)).toBe(2);
    expect(take()).toEqual(['f1', 'f3']);
  });
});

describe('importance', () => {
  it.each<readonly [number, readonly Signal[]]>([
    [3, [errorSignal(), spanSignal({ status: { code: 'error' } }), responseSignal({ status: 'error' }), profileSignal({ failed: true }), logSignal({ severityNumber: 17 })]],
    [2, [logSignal({ severityNumber: 13 }), logSignal({ severityNumber: 16 })]],
    [1, [spanSignal(), spanSignal({ status: undefined as never }), requestSignal(), responseSignal(), logSignal({ severityNumber: 12 })]],
    [0, [profileSignal(), metricSignal()]],
  ])('is %i', (importance, signals) => {
    expect(signals.map(importanceOf)).toEqual(signals.map(() => importance));
  });
});

describe('what is taken', () => {
  it('is bounded by count and bytes; one larger than that goes alone', () => {
    const { push, take, queue } = setUp('dropNewest');
    for (const [name, size] of [['a', 3], ['b', 3], ['c', 9], ['d', 1], ['e', 1]] as const) push(name, size);
    expect([take(10, 6), take(10, 6), take(1, 6), take(10, 6)]).toEqual([['a', 'b'], ['c'], ['d'], ['e']]);
    expect(queue).toMatchObject({ length: 0, bytes: 0, oldest: undefined });
  });

  it('knows its size, its memory and the number of its first', () => {
    const { push, queue } = setUp('priority', 3);
    push('m', 5, measured);
    push('f', 7, failed);
    push('s', 9, plain);
    push('f', 1, failed);
    expect(queue.take(2, 1_000)).toMatchObject({ size: 2, bytes: 16, first: 2 });
    expect(queue.oldest).toBe(4);
  });

  it('can be halved until it is one signal', () => {
    const { push, queue } = setUp('dropNewest');
    for (const name of ['a', 'b', 'c']) push(name);
    const [first, second] = queue.take(10, 10).split() ?? [];
    expect([first?.size, second?.size]).toEqual([2, 1]);
    expect([first?.first, second?.first]).toEqual([1, 1]);
    expect(second?.split()).toBeUndefined();
  });

  it('is gone after a clear, which leaves a queue that works', () => {
    const { push, take, queue } = setUp('dropNewest');
    push('a');
    queue.clear();
    expect(queue).toMatchObject({ length: 0, bytes: 0, oldest: undefined });
    push('b');
    expect(take()).toEqual(['b']);
  });
});

/** The same, by looking at everything each time. */
function modelOf(whenFull: WhenFull, maxQueueSize: number, maxQueueBytes: number) {
  let waiting: { readonly order: number; readonly size: number; readonly importance: number }[] = [];
  const bytes = (): number => waiting.reduce((sum, { size }) => sum + size, 0);
  const isFull = (size: number): boolean => waiting.length >= maxQueueSize || bytes() + size > maxQueueBytes;
  return {
    waiting: () => waiting,
    bytes,
    push(order: number, size: number, importance: number): number {
      const before = waiting;
      let lost = 0;
      while (isFull(size)) {
        const least = Math.min(...waiting.map((one) => one.importance));
        const victim = whenFull === 'dropOldest' ? waiting[0] : waiting.find((one) => one.importance === least && least < importance);
        if (victim === undefined || whenFull === 'dropNewest') {
          waiting = before;
          return 1;
        }
        waiting = waiting.filter((one) => one !== victim);
        lost++;
      }
      waiting = [...waiting, { order, size, importance }];
      return lost;
    },
    take(count: number, most: number): number[] {
      const taken: typeof waiting = [];
      let sum = 0;
      for (const one of waiting) {
        if (taken.length === count || (taken.length > 0 && sum + one.size > most)) break;
        sum += one.size;
        taken.push(one);
      }
      waiting = waiting.slice(taken.length);
      return taken.map(({ order }) => order);
    },
  };
}

it('does what a list would do, however many come and go', () => {
  const signals = [measured, plain, warning, failed];
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('push' as const), times: fc.integer({ min: 1, max: 40 }), size: fc.integer({ min: 1, max: 30 }), importance: fc.integer({ min: 0, max: 3 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('take' as const), count: fc.integer({ min: 1, max: 60 }), bytes: fc.integer({ min: 1, max: 400 }) }) },
  );
  const plan = fc.record({
    whenFull: fc.constantFrom<WhenFull>('dropNewest', 'dropOldest', 'priority'),
    maxQueueSize: fc.integer({ min: 1, max: 100 }),
    maxQueueBytes: fc.integer({ min: 30, max: 1_500 }),
    steps: fc.array(step, { maxLength: 40 }),
  });
  fc.assert(
    fc.property(plan, ({ whenFull, maxQueueSize, maxQueueBytes, steps }) => {
      const model = modelOf(whenFull, maxQueueSize, maxQueueBytes);
      const { queue, push, take } = setUp(whenFull, maxQueueSize, maxQueueBytes);
      let order = 0;
      for (const one of steps) {
        if (one.do === 'take') {
          if (queue.length > 0) expect(take(one.count, one.bytes)).toEqual(model.take(one.count, one.bytes).map(String));
        } else {
          for (let time = 0; time < one.times; time++) {
            order++;
            expect(push(String(order), one.size, signals[one.importance])).toBe(model.push(order, one.size, one.importance));
          }
        }
        expect(queue).toMatchObject({ length: model.waiting().length, bytes: model.bytes(), oldest: model.waiting()[0]?.order });
      }
    }),
    { numRuns: 300 },
  );
});

it('gives the room of a burst back, and keeps the order through it', () => {
  const { push, take } = setUp('dropNewest', 20_000);
  for (let round = 0; round < 3; round++) {
    const names = Array.from({ length: 10_000 }, (_, index) => `${round}:${index}`);
    for (const name of names) push(name);
    expect([...take(3_000), ...take(10_000)]).toEqual(names);
  }
});
