// What the tabs and workers of the tests run: the SDK as applications get it, and what they measure.
import { filter, firstValueFrom, map } from 'rxjs';
import { createObservability, shareStatistics } from '../../../src/browser/universal.ts';
import type { SharedStatistics } from '../../../src/core/live/shared-statistics.ts';
import { measured, numbersOf, respond } from './measured.ts';
import type { Numbers } from './measured.ts';

export interface SharedPage {
  readonly shared: SharedStatistics;
  /** Measures the values of this part. */
  measure(part: number): void;
  /** The numbers, as soon as there are so many values. */
  whenCounted(count: number): Promise<Numbers>;
}

/** Begins to share. */
export function begin(name?: string): SharedPage {
  const obs = createObservability({ serviceName: 'page', sources: false, sinks: [] });
  const shared = shareStatistics(obs, { name, every: 100 });
  return {
    shared,
    measure: (part) => respond(obs, measured[part]!),
    whenCounted: (count) =>
      firstValueFrom(
        shared.watchStatistics({ every: 100 }).pipe(
          map((statistics) => statistics.get('GET')),
          filter((statistics) => statistics !== undefined && statistics.count >= count),
          map((statistics) => numbersOf(statistics!)),
        ),
      ),
  };
}
