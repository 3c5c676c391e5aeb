import { describe, expect, it } from 'vitest';
import { RollingWindow } from '../../../src/core/statistics/rolling-window.ts';
import type { Statistics } from '../../../src/core/statistics/statistics.ts';

const hour = 3_600_000;
const window = 60_000;
const every = 1_000;

interface Recorded {
  readonly at: number;
  /** The number of the tick it was recorded after. */
  readonly tick: number;
  readonly value: number;
  readonly failed: boolean;
  readonly traceId: string | undefined;
}

const quantiles = { p50: 500, p75: 750, p90: 900, p95: 950, p99: 990, p999: 999 } as const;
const names = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999'] as const;

/** Uniform random numbers, the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** When each series is called, and how long a call takes. */
const load: Readonly<Record<string, (second: number, random: () => number) => readonly number[]>> = {
  steady: (_, random) => Array.from({ length: 6 }, () => Math.exp(3 + Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))),
  'with bursts': (second, random) => Array.from({ length: second % 300 < 3 ? 400 : 1 }, () => 5 + 200 * random() ** 4),
  'with silence': (second, random) => (second % 400 < 250 ? Array.from({ length: 3 }, () => (random() < 0.9 ? 2 + random() : 900 + 300 * random())) : []),
  'rare': (_, random) => (random() < 0.01 ? [10_000 * random()] : []),
  '__proto__': (second) => (second % 2 === 0 ? [0, 42.5] : []),
};

/** What is not as it should be. */
function faultsOf(statistics: Statistics | undefined, recorded: readonly Recorded[], now: number): string[] {
  if (recorded.length === 0) return statistics === undefined ? [] : ['it should be absent'];
  if (statistics === undefined) return ['it is absent'];
  const values = Float64Array.from(recorded, ({ value }) => value).sort();
  const total = values.reduce((sum, value) => sum + value, 0);
  const faults: string[] = [];
  const check = (what: string, holds: boolean): void => {
    if (!holds) faults.push(what);
  };
  check('count', statistics.count === values.length);
  check('errors', statistics.errors === recorded.filter(({ failed }) => failed).length);
  check('extremes', statistics.min === values[0] && statistics.max === values.at(-1));
  check('total', Math.abs(statistics.total - total) <= total * 1e-12);
  // What slices say is what the clock says, to within a slice.
  check('window', recorded.every(({ at }) => now - at <= window + 1.5 * every));
  for (const name of names) {
    const exact = values[Math.max(1, Math.ceil((values.length * quantiles[name]) / 1_000)) - 1]!;
    const percentile = statistics[name];
    check(name, Math.abs(percentile - exact) <= exact * 0.011);
    const exemplar = statistics.exemplars?.[name];
    if (exemplar === undefined) continue;
    const isRecorded = recorded.some(({ traceId, value }) => traceId === exemplar.traceId && value === exemplar.value);
    check(`exemplar of ${name}`, exemplar.value >= percentile * 0.989 && isRecorded);
  }
  return faults;
}

describe('an hour of random load', () => {
  it('has at every tick the percentiles of exactly its last minute', () => {
    const random = chance(20_260_101);
    const rolling = new RollingWindow({ window, every, elapsed: 0 });
    const kept = new Map<string, Recorded[]>(Object.keys(load).map((name) => [name, []]));
    let tick = 0;
    let compared = 0;
    let late = 0;
    for (let elapsed = 0; elapsed < hour; ) {
      // A timer is a little late, at times the process is busy for seconds, and once the machine sleeps for five minutes.
      const pause = random() < 0.02 ? every + 8_000 * random() : every + 30 * random();
      const next = tick === 1_800 ? elapsed + 300_000 : elapsed + pause;
      for (const [name, calls] of Object.entries(load)) {
        for (const value of calls(Math.floor(elapsed / 1_000), random)) {
          const failed = random() < 0.05;
          const traceId = random() < 0.3 ? `${name} ${compared} ${value}` : undefined;
          rolling.record(name, value, failed, traceId, elapsed);
          kept.get(name)!.push({ at: elapsed, tick, value, failed, traceId });
        }
      }
      elapsed = next;
      const due = Math.round(elapsed / every);
      if (due > tick + 1) late += 1;
      rolling.catchUp(elapsed);
      const statistics = rolling.statistics();
      for (const [name, all] of kept) {
        const recent = all.filter((value) => value.tick >= due - window / every);
        kept.set(name, recent);
        const faults = faultsOf(statistics.get(name), recent, elapsed);
        if (faults.length > 0) expect.fail(`${name} at ${elapsed} ms: ${faults.join(', ')}`);
        compared += 1;
      }
      expect(statistics.size).toBeLessThanOrEqual(kept.size);
      rolling.advance(elapsed);
      tick = due;
    }
    expect(compared).toBeGreaterThan(12_000);
    expect(late).toBeGreaterThan(30);
  }, 60_000);
});
