import { map, share, ReplaySubject } from 'rxjs';
import type { Observable } from 'rxjs';
import { validateInstrument } from '../config/validate-options.ts';
import { readProperty } from '../read-property.ts';
import { followCall } from '../follow-call.ts';
import { functionInstrument } from '../function-instrument.ts';
import { checkOptions, interval } from '../operators/option-checks.ts';
import type { OptionCheck } from '../operators/option-checks.ts';
import { rollingStatistics } from '../operators/rolling-statistics.ts';
import type { Runtime } from '../runtime.ts';
import type { Attributes, ProfileSignal } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshotText } from '../snapshot.ts';
import { ExponentialHistogram } from '../statistics/exponential-histogram.ts';
import { seriesName, SeriesTable } from '../statistics/series-table.ts';
import { createStatisticsMap } from '../statistics/statistics.ts';
import type { StatisticsMap } from '../statistics/statistics.ts';
import type { PerformanceProfiler, ProfileFunctionOptions } from './performance-profiler.ts';

/** Watches that differ only in their subscribers share their work; more different ones than this at a time do not. */
const SHARED = 16;

export function createProfiling(runtime: Runtime, profiles$: Observable<ProfileSignal>): PerformanceProfiler {
  const { clock } = runtime;
  const since = clock.elapsed();
  const watched = new Map<string, Observable<StatisticsMap>>();
  let { maxSeries } = runtime.settings.profiling;
  let series = createSeries(maxSeries);

  /** A later configuration may change how many there can be: then what was counted moves. */
  function table(): SeriesTable<ExponentialHistogram> {
    const most = runtime.settings.profiling.maxSeries;
    if (most === maxSeries) return series;
    const other = createSeries(most);
    for (const [name, histogram] of series) other.open(name).merge(histogram);
    maxSeries = most;
    series = other;
    return series;
  }

  function timed<T>(name: string, options: Pick<ProfileFunctionOptions, 'attributes'> | undefined, run: () => T): T {
    const { enabled, profiling } = runtime.settings;
    if (!enabled || !profiling.enabled || runtime.storage.get()?.suppressed === true) return run();
    const attributes = attributesOf(options);
    const timestamp = clock.now();
    const startedAt = clock.elapsed();
    const trace = runtime.currentTrace();
    const requestId = runtime.storage.get()?.request?.requestId;
    return followCall(run, (failed) => {
      const duration = Math.max(0, clock.elapsed() - startedAt);
      table().open(name).record(duration, failed);
      runtime.emit({ kind: 'profile', name, timestamp, duration, failed, attributes, trace, requestId });
    });
  }

  function watch(window: number, every: number): Observable<StatisticsMap> {
    const key = `${window} ${every}`;
    const known = watched.get(key);
    if (known !== undefined) return known;
    const { maxSeries } = runtime.settings.profiling;
    const statistics$ = profiles$.pipe(
      rollingStatistics({ by: ({ name }) => name, value: ({ duration }) => duration, window, every, maxSeries, clock }),
      // Late subscribers get the latest at once; without subscribers nothing is computed.
      share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: true }),
    );
    if (watched.size < SHARED) watched.set(key, statistics$);
    return statistics$;
  }

  return {
    profileFunction: functionInstrument<ProfileFunctionOptions>(
      'profileFunction',
      timed,
      (options) => validateInstrument('profiling', options),
    ),
    profile: (name, run, options) => timed(seriesName(snapshotText(name)), options, run),
    getStatistics: (name) => table().get(snapshotText(name))?.statistics(seriesName(snapshotText(name)), clock.elapsed() - since),
    getAllStatistics() {
      const window = clock.elapsed() - since;
      return createStatisticsMap([...table()].map(([name, histogram]) => [name, histogram.statistics(name, window)]));
    },
    watchStatistics(given) {
      const { name, window = runtime.settings.profiling.window } = given ?? {};
      const { every = window > 0 ? Math.min(1_000, window) : 1_000 } = given ?? {};
      checkOptions('watchStatistics', { window, every }, { window: atLeast(every), every: interval });
      const all$ = watch(window, every);
      if (name === undefined) return all$;
      const wanted = seriesName(snapshotText(name));
      return all$.pipe(map((all) => createStatisticsMap([...all].filter(([series]) => series === wanted))));
    },
  };
}

function createSeries(maxSeries: number): SeriesTable<ExponentialHistogram> {
  return new SeriesTable(maxSeries, () => new ExponentialHistogram());
}

function attributesOf(options: Pick<ProfileFunctionOptions, 'attributes'> | undefined): Attributes {
  return snapshotAttributes(options === undefined ? undefined : readProperty(options, 'attributes'));
}

function atLeast(every: number): OptionCheck {
  return {
    expected: 'a number of milliseconds above 0, at least `every`',
    passes: (value) => typeof value === 'number' && Number.isFinite(value) && value > 0 && !(value < every),
  };
}
