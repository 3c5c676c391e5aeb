// Someone who watches the streams: their own operators between ours, no cast.
import {
  connectLive,
  createObservability,
  enrich,
  exceeds,
  getObservabilityManager,
  ofKind,
  rateLimit,
  rollingStatistics,
  toAsyncIterable,
} from '@arkhe/observability';
import type {
  Clock,
  Crossing,
  ErrorSignal,
  Health,
  LiveConnection,
  LiveFrame,
  LiveState,
  LiveStream,
  MetricSignal,
  ProfileSignal,
  Signal,
  SignalKind,
  SignalOf,
  Source,
  SpanSignal,
  Statistics,
  StatisticsMap,
} from '@arkhe/observability';
import * as testing from '@arkhe/observability/testing';
import {
  combineLatest,
  concat,
  filter,
  firstValueFrom,
  from,
  interval,
  map,
  merge,
  of,
  scan,
  share,
  switchMap,
  take,
  type MonoTypeOperatorFunction,
  type Observable,
  type Subscription,
} from 'rxjs';

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

// Across the wire: the kinds that were asked for are the types that come.
const live: LiveConnection<SpanSignal | ErrorSignal> = connectLive<'span' | 'error'>('https://shop.example/live', {
  token: 'a-token',
  kinds: ['span', 'error'],
  parts: ['statistics', 'health', 'traces'],
  window: 30_000,
});
const slowest$: Observable<SpanSignal> = live.signals$.pipe(
  filter((signal) => signal.kind === 'span'),
  scan((slowest, span) => (span.duration > slowest.duration ? span : slowest)),
);
const remoteAlarms$: Observable<Statistics> = live.statistics$.pipe(exceeds({ statistic: 'p99', above: 250, times: 2, minCount: 50 }));
const everywhere$: Observable<Statistics> = merge(remoteAlarms$, crossings$, obs.profiler.watchStatistics().pipe(exceeds({ statistic: 'p95', above: 100 })));
const services$: Observable<string> = live.frames$.pipe(
  filter((frame) => frame.type === 'hello'),
  map(({ service, window }) => `${service}: the last ${window} ms`),
);
const known: LiveConnection<Signal> = connectLive('https://shop.example/live');
const both$: Observable<readonly [number, number]> = combineLatest([live.statistics$, known.statistics$]).pipe(
  map(([one, other]) => [one.get('checkout')?.p99 ?? 0, other.get('checkout')?.p99 ?? 0] as const),
);

// What is a stream of ours keeps its type for all that takes an Observable.
const fromMetrics$: Observable<MetricSignal> = from(obs.metrics$);
const firstProfile: Promise<ProfileSignal> = firstValueFrom(obs.profiles$);
const mixed$: Observable<MetricSignal | Health | LiveState> = merge(obs.metrics$, obs.health$, live.state$);
const joined$: Observable<MetricSignal | ErrorSignal> = concat(obs.metrics$.pipe(take(1)), of(1).pipe(switchMap(() => obs.errors$)));
const metricRates: LiveStream<StatisticsMap> = obs.metrics$.pipe(
  filter(({ instrument }) => instrument === 'histogram'),
  rollingStatistics({ by: ({ name }) => name, value: ({ value }) => value, every: 500, clock }),
  share(),
);

export async function loops(): Promise<number> {
  for await (const { value, unit } of obs.metrics$) if (unit === 'ms' && value > 100) return value;
  for await (const { error } of obs.signals$.pipe(ofKind('error'))) report(error.message);
  for await (const { duration, status } of obs.responses$.pipe(filter(({ statusCode = 0 }) => statusCode >= 500), take(10))) report(duration, status);
  for await (const statistics of obs.profiler.watchStatistics({ every: 1_000 })) report(statistics.get('orders')?.p99);
  for await (const statistics of metricRates) report(statistics.size);
  for await (const signal of live.signals$) report(signal.kind === 'span' ? signal.duration : signal.eventId);
  for await (const frame of live.frames$) if (frame.type === 'ledger') report(frame.ledger.routed);
  const bounded = toAsyncIterable(merge(obs.metrics$, live.statistics$), { capacity: 10, whenFull: 'dropNewest' });
  for await (const item of bounded) report('kind' in item ? item.value : item.size);
  return bounded.dropped;
}

export function describeFrame(frame: LiveFrame): string {
  if (frame.type === 'traces') return frame.traces.map(({ name, duration }) => `${name} ${duration}`).join();
  return frame.type === 'errors' ? frame.errors.map(({ error }) => error.type).join() : frame.type;
}

declare function report(...values: readonly unknown[]): void;
export { both$, everywhere$, firstProfile, fromMetrics$, joined$, mixed$, services$, slowest$, testing };

// @ts-expect-error no such kind
latest('vital');
// @ts-expect-error no such statistic
exceeds({ statistic: 'p42', above: 1 });
// @ts-expect-error only what was asked for comes
live.signals$.pipe(map(({ value }) => value));
// @ts-expect-error no such kind
connectLive('https://shop.example/live', { kinds: ['vital'] });
// @ts-expect-error no such part
connectLive('https://shop.example/live', { parts: ['vitals'] });
// @ts-expect-error what is made otherwise needs toAsyncIterable
export const plain: AsyncIterable<unknown> = merge(obs.metrics$, obs.logs$);
