import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createTestObservability } from '../../../src/node/testing.ts';

describe('names from outside', () => {
  it('cannot fill the memory: a million of them, by every way in', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heap = (): number => {
      collect();
      collect();
      return process.memoryUsage().heapUsed;
    };
    const { obs } = createTestObservability({ sinks: [] } as object);
    const { profiler } = obs;
    const watched = profiler.watchStatistics().subscribe();
    const use = (from: number, to: number): void => {
      for (let index = from; index < to; index += 4) {
        profiler.profile(`profiled ${index}`, () => undefined);
        profiler.start(`started ${index}`)();
        profiler.start(`forgotten ${index}`);
        profiler.profileFunction({ name: `wrapped ${index}` })(() => undefined)();
      }
    };
    use(0, 20_000);
    const before = heap();
    use(20_000, 1_020_000);
    expect(heap() - before).toBeLessThan(2_000_000);
    expect(profiler.getAllStatistics().size).toBe(1_001);
    expect(profiler.getStatistics('__other__')?.count).toBe((3 * 1_020_000) / 4 - 1_000);
    watched.unsubscribe();
  }, 60_000);

  it('of a megabyte each are not kept whole', () => {
    const { obs } = createTestObservability({ sinks: [] } as object);
    for (let index = 0; index < 50; index += 1) obs.profiler.profile(`${index} ${'n'.repeat(1_000_000)}`, () => undefined);
    const names = [...obs.profiler.getAllStatistics().keys()];
    expect(names.length).toBe(50);
    expect(names.every((name) => name.length <= 256)).toBe(true);
  });
});
