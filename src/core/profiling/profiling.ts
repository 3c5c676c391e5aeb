import { resolutionOf } from '../clock-resolution.ts';
import { validateInstrument } from '../config/validate-options.ts';
import { wrappingInstrument } from '../function-instrument.ts';
import type { CallWrapper } from '../function-instrument.ts';
import type { LiveStream } from '../live-stream.ts';
import { readProperty } from '../read-property.ts';
import type { Runtime } from '../runtime.ts';
import type { Attributes, ProfileSignal } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshotText } from '../snapshot.ts';
import { seriesName } from '../statistics/series-table.ts';
import { createStatisticsMap } from '../statistics/statistics.ts';
import { CallSeries } from './call-series.ts';
import { createCallTimer, durationOf } from './call-timer.ts';
import { LifetimeSeries } from './lifetime-series.ts';
import type { PerformanceProfiler, ProfileFunctionOptions } from './performance-profiler.ts';
import { watchStatistics } from './watch-statistics.ts';

type TimingOptions = Pick<ProfileFunctionOptions, 'attributes'>;

/** Names come from the application, so the memory for them is bounded. */
const maxKnown = 1_000;
const longestKnown = 256;

/** The profiler of one manager, and what its functions are wrapped with. */
export interface Profiling {
  readonly profiler: PerformanceProfiler;
  readonly wrapCalls: CallWrapper<ProfileFunctionOptions>;
  /** Takes over changed settings. */
  configure(): void;
}

export function createProfiling(runtime: Runtime, profiles$: LiveStream<ProfileSignal>): Profiling {
  const { clock } = runtime;
  const since = clock.elapsed();
  const lifetime = new LifetimeSeries(runtime);
  const timer = createCallTimer(runtime);
  /** Of single calls, without attributes. */
  const known = new Map<string, CallSeries>();

  const wrapCalls: CallWrapper<ProfileFunctionOptions> = (fn, nameOf, options) => {
    const own = attributesOf(options);
    let name: string | undefined;
    let series: CallSeries;
    return timer.timed(fn, (self) => {
      // A method learns the name of its class only when it is called.
      const wanted = nameOf(self);
      if (wanted !== name) {
        name = wanted;
        series = new CallSeries(runtime, lifetime, wanted, own);
      }
      return series;
    });
  };

  function seriesOf(name: string, options: TimingOptions | undefined): CallSeries {
    const own = options === undefined ? undefined : attributesOf(options);
    // A long name is cut, and a name that is no text is anything: neither is worth remembering.
    if (own !== undefined || typeof name !== 'string' || name.length > longestKnown) return new CallSeries(runtime, lifetime, name, own);
    const before = known.get(name);
    if (before !== undefined) return before;
    if (known.size >= maxKnown) known.clear();
    const series = new CallSeries(runtime, lifetime, name, undefined);
    known.set(name, series);
    return series;
  }

  /** The milliseconds that the numbers since the start cover. */
  function covered(): number {
    return durationOf(clock.elapsed() - since);
  }

  const profiler: PerformanceProfiler = {
    profileFunction: wrappingInstrument('profileFunction', wrapCalls, (options) => validateInstrument('profiling', options)),
    profile<T>(name: string, run: () => T, options?: TimingOptions): T {
      const series = seriesOf(name, options);
      return timer.timed(run, () => series)() as T;
    },
    start: (name, options) => timer.start(seriesOf(name, options)),
    getStatistics(given) {
      const name = snapshotText(given);
      return lifetime.get(name)?.statistics(seriesName(name), covered(), resolutionOf(clock));
    },
    getAllStatistics() {
      const window = covered();
      const resolution = resolutionOf(clock);
      return createStatisticsMap([...lifetime].map(([name, histogram]) => [name, histogram.statistics(name, window, resolution)]));
    },
    watchStatistics: watchStatistics(runtime, profiles$),
  };
  return {
    profiler,
    wrapCalls,
    configure() {
      lifetime.configure();
      timer.configure();
    },
  };
}

function attributesOf(options: TimingOptions | undefined): Attributes | undefined {
  const given = typeof options === 'object' && options !== null ? readProperty(options, 'attributes') : undefined;
  return typeof given === 'object' && given !== null ? snapshotAttributes(given) : undefined;
}
