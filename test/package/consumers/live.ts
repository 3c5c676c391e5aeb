// Someone who watches the streams: their own operators between ours, no cast.
import {
  createObservability,
  enrich,
  exceeds,
  getObservabilityManager,
  ofKind,
  rateLimit,
  rollingStatistics,
} from '@arkhe/observability';
import type { Clock, Crossing, Health, MetricSignal, Signal, SignalKind, SignalOf, Source, Statistics, StatisticsMap } from '@arkhe/observability';
import * as testing from '@arkhe/observability/testing';
import { filter, interval, map, merge, scan, type MonoTypeOperatorFunction, type Observable, type Subscription } from 'rxjs';

const clock: Clock = { now: () => 0, elapsed: () => 0, every: (milliseconds) => interval(milliseconds) };
const ticks: Source = {
  name: 'ticks',
  observe: ({ clock }) =>
    clock.every(1_000).pipe(map(() => ({ kind: 'metric', name: 'tick', value: 1, unit: '1', instrument: 'counter' }) as const)),
};
const obs = createObservability({ clock, random: () => 0.5, sources: (defaults) => [...defaults, ticks] });

const byName = rollingStatistics<Signal>({
  by: ({ name }) => name,
  value: (signal) => ('duration' in signal ? signal.duration : undefined),
  clock,
});
const statistics$: Observable<StatisticsMap> = obs.signals$.pipe(byName);
const worst$: Observable<Statistics | undefined> = statistics$.pipe(
  map((all) => [...all.values()].reduce<Statistics | undefined>((worst, one) => (worst !== undefined && worst.p99 > one.p99 ? worst : one), undefined)),
);
const alarms$: Observable<Crossing> = statistics$.pipe(
  exceeds({ statistic: ({ errors, count }) => errors / count, above: 0.05, times: 3, minCount: 20, recovery: true }),
);
const crossings$: Observable<Statistics> = obs.profiler.watchStatistics({ name: 'orders', every: 500 }).pipe(exceeds({ statistic: 'mean', above: 20 }));

export function latest<K extends SignalKind>(kind: K): Observable<SignalOf<K>> {
  return obs.signals$.pipe(ofKind(kind));
}

const vitals$: Observable<MetricSignal> = latest('metric').pipe(
  enrich<MetricSignal>({ team: 'web' }),
  filter(({ name }) => name.startsWith('web_vital.')),
  rateLimit({ perSecond: 10, burst: 20, by: ({ name }) => name }),
);
const quiet: MonoTypeOperatorFunction<Signal> = rateLimit({ perSecond: 1 });
const failures$ = getObservabilityManager().signals$.pipe(
  ofKind('span', 'response'),
  quietly(),
  map((signal) => (signal.kind === 'span' ? signal.status.code : signal.status)),
  scan((count, status) => (status === 'error' ? count + 1 : count), 0),
);

function quietly<S extends Signal>(): MonoTypeOperatorFunction<S> {
  return rateLimit({ perSecond: 5 });
}

export const subscriptions: readonly Subscription[] = [
  worst$.subscribe((worst) => report(worst?.name, worst?.p999, worst?.stddev)),
  alarms$.subscribe(({ name, state }) => report(name, state === 'exceeded')),
  merge(crossings$, failures$, vitals$, obs.signals$.pipe(quiet)).subscribe(report),
  obs.health$.subscribe((health: Health) => {
    if (health.type === 'dropped') report(health.sink, health.reason, health.count);
    else if (health.type === 'sink-failed') report(health.error.message, health.retryIn);
  }),
];

declare function report(...values: readonly unknown[]): void;
export { testing };

// @ts-expect-error no such kind
latest('vital');
// @ts-expect-error no such statistic
exceeds({ statistic: 'p42', above: 1 });
