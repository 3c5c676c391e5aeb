import { describe, expect, it } from '#test';
import type { StatisticsMap } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

describe('statistics', () => {
  it('cover every call since the start', () => {
    const { obs, clock } = recorded();
    for (let duration = 1; duration <= 100; duration++) obs.profiler.profile('work', () => clock.advance(duration));
    const statistics = obs.profiler.getStatistics('work');
    expect(statistics).toMatchObject({ name: 'work', count: 100, total: 5_050, mean: 50.5, min: 1, max: 100, errors: 0, window: 5_050 });
    const within = (value: number | undefined, expected: number) => Math.abs((value ?? 0) / expected - 1) <= 0.011;
    expect([statistics?.p50, statistics?.p95, statistics?.p99].map((value, index) => within(value, [50, 95, 99][index] ?? 0))).toEqual([
      true,
      true,
      true,
    ]);
    expect(obs.profiler.getStatistics('other')).toBe(undefined);
  });

  it('count failures', () => {
    const { obs } = recorded();
    for (const fails of [false, true, true]) {
      try {
        obs.profiler.profile('work', () => {
          if (fails) throw new Error('no');
        });
      } catch {
        // Counted.
      }
    }
    expect(obs.profiler.getStatistics('work')).toMatchObject({ count: 3, errors: 2 });
  });

  it('are kept for a bounded number of names', () => {
    const { obs } = recorded({ profiling: { maxSeries: 2 } });
    for (const name of ['a', 'b', 'c', 'd', 'a']) obs.profiler.profile(name, () => undefined);
    expect([...obs.profiler.getAllStatistics()].map(([name, { count }]) => [name, count])).toEqual([
      ['a', 2],
      ['b', 1],
      ['(other)', 2],
    ]);
  });

  it('turn into an object as JSON', () => {
    const { obs } = recorded();
    obs.profiler.profile('work', () => undefined);
    expect(JSON.parse(JSON.stringify(obs.profiler.getAllStatistics()))).toMatchObject({ work: { count: 1 } });
  });

  it('are found under the name that was given, however long', () => {
    const { obs } = recorded();
    const name = 'n'.repeat(5_000);
    obs.profiler.profile(name, () => undefined);
    obs.profiler.profileFunction({ name })(() => undefined)();
    expect(obs.profiler.getStatistics(name)?.count).toBe(2);
  });
});

describe('watchStatistics', () => {
  it('gives one map a tick, of the calls in the window', () => {
    const { obs, clock } = recorded();
    const maps: StatisticsMap[] = [];
    const subscription = obs.profiler.watchStatistics({ window: 2_000, every: 1_000 }).subscribe((map) => maps.push(map));
    obs.profiler.profile('work', () => clock.advance(10));
    clock.advance(990);
    clock.advance(3_000);
    expect(maps.map((map) => map.get('work')?.count)).toEqual([1, 1, undefined, undefined].slice(0, maps.length));
    expect(maps.length).toBe(4);
    subscription.unsubscribe();
    clock.advance(5_000);
    expect(maps.length).toBe(4);
  });

  it('gives late subscribers the latest at once, and narrows to one name', () => {
    const { obs, clock } = recorded();
    const all = obs.profiler.watchStatistics().subscribe();
    obs.profiler.profile('a', () => undefined);
    obs.profiler.profile('b', () => undefined);
    clock.advance(2_000);
    const late: string[][] = [];
    obs.profiler.watchStatistics({ name: 'b' }).subscribe((map) => late.push([...map.keys()]));
    expect(late).toEqual([['b']]);
    all.unsubscribe();
  });
});

describe('watching with a short window', () => {
  it('ticks as often as the window is long, unless told otherwise', () => {
    const { obs, clock } = recorded({ profiling: { window: 500 } });
    let maps = 0;
    const watched = obs.profiler.watchStatistics(null as never).subscribe(() => maps++);
    clock.advance(1_000);
    watched.unsubscribe();
    expect(maps).toBe(2);
  });

  it('finds a series by its whole name, however long', () => {
    const { obs, clock } = recorded();
    const name = 'n'.repeat(300);
    const counts: (number | undefined)[] = [];
    const watched = obs.profiler.watchStatistics({ name }).subscribe((all) => counts.push([...all.values()][0]?.count));
    obs.profiler.profile(name, () => undefined);
    clock.advance(1_000);
    watched.unsubscribe();
    expect(counts).toEqual([1]);
  });
});
