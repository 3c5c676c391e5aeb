import { distinctUntilChanged, map } from 'rxjs';
import { wrongOption } from '../configuration-error.ts';
import { checkKnownOptions } from '../known-options.ts';
import { handleOf } from '../manager-handle.ts';
import { count, interval, optional } from '../operators/option-checks.ts';
import type { OptionCheck } from '../operators/option-checks.ts';
import { snapshotText } from '../snapshot.ts';
import { seriesName } from '../statistics/series-table.ts';
import { dispose } from '../tracing/span.ts';
import { describeManager } from './describe-manager.ts';
import { onlySeries } from '../statistics/only-series.ts';
import type { SharedHost } from './shared-channel.ts';
import { createSharedParticipant } from './shared-participant.ts';
import type { ShareStatistics } from './shared-statistics.ts';
import { readWatchTimes } from '../statistics/watch-times.ts';

/** What a watch covers unless it says so, and how far back a participant can tell who begins to watch, in milliseconds. */
const defaultWindow = 60_000;
const longestName = 256;

/** Makes `shareStatistics` for a host. */
export function shareStatisticsFactory(host: SharedHost): ShareStatistics {
  return (obs, options = {}) => {
    const handle = handleOf(obs);
    if (handle === undefined) throw wrongOption('shareStatistics', 'a manager of this SDK', obs);
    checkKnownOptions('shareStatistics', options, { name: optional(aName), every: optional(interval), maxSeries: optional(count) });
    const { speaker, redactText } = describeManager(handle);
    const { name = speaker().service.slice(0, longestName), every = 1_000, maxSeries = 1_000 } = options;
    const participant = createSharedParticipant(
      obs,
      // The version first: a later one may say other things.
      {
        name: `arkhe-observability/statistics/1/${name}`,
        every,
        maxSeries,
        window: defaultWindow,
        clock: handle.sources.clock,
        ignored: (what) => handle.sources.tracing.ignored('shareStatistics', what),
      },
      host,
    );
    return {
      watchStatistics(watchOptions = {}) {
        const all$ = participant.watch(readWatchTimes(watchOptions, defaultWindow)).pipe(map(({ statistics }) => statistics));
        const wanted = watchOptions.name;
        // As it is on the signals.
        return wanted === undefined ? all$ : all$.pipe(onlySeries(redactText(seriesName(snapshotText(wanted)))));
      },
      participants$: participant.watch({ window: defaultWindow, every: 1_000 }).pipe(
        map(({ participants }) => participants),
        distinctUntilChanged(),
      ),
      get ignored() {
        return participant.ignored;
      },
      close: participant.close,
      [dispose]: participant.close,
    };
  };
}

const aName: OptionCheck = {
  expected: `a text of 1 to ${longestName} characters`,
  passes: (value) => typeof value === 'string' && value.length > 0 && value.length <= longestName,
};
