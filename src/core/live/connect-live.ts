import { concatMap, distinctUntilChanged, filter, map, Observable, startWith } from 'rxjs';
import { createBus } from '../bus.ts';
import type { Bus } from '../bus.ts';
import { createDiagnostics } from '../diagnostics.ts';
import type { Health } from '../diagnostics.ts';
import { GuardedObservable } from '../guarded-observable.ts';
import type { Signal, SignalKind, SignalOf } from '../signal.ts';
import { createStatisticsMap } from '../statistics/statistics.ts';
import type { StatisticsMap } from '../statistics/statistics.ts';
import type { LiveHost } from './connect-live-host.ts';
import { openLiveSession } from './connect-live-session.ts';
import { liveTarget } from './connect-live-target.ts';
import type { LiveTarget } from './connect-live-target.ts';
import type { ConnectLive, LiveConnection, LiveState } from './live-connection.ts';
import type { LiveFrame, StatisticsFrame } from './live-frame.ts';

/** What the subscribers share, from the first to the last. */
interface Sharing {
  readonly frames: Bus<LiveFrame>;
  /** The server's troubles, each once. */
  readonly health: Bus<Health>;
  subscribers: number;
  /** For those who come later. */
  latest: StatisticsFrame | undefined;
  /** The map of `latest`, once somebody wanted it. */
  statistics: StatisticsMap | undefined;
  /** The latest of them. */
  troubles: readonly Health[];
  close: (() => void) | undefined;
}

/** How many troubles a late subscriber gets, as of a manager. */
const REMEMBERED = 32;

/** `connectLive` of a host. Nothing happens before somebody subscribes. */
export function connectLiveFactory(host: LiveHost): ConnectLive {
  return (url, options = {}) => liveConnection(host, liveTarget(url, options), options.kinds);
}

function liveConnection<K extends SignalKind>(
  host: LiveHost,
  target: LiveTarget,
  kinds: readonly K[] | undefined,
): LiveConnection<SignalOf<K>> {
  const diagnostics = createDiagnostics(host.clock);
  const states = createBus<LiveState>({ report: reportFor('state$') });
  let state: LiveState = 'closed';
  let sharing: Sharing | undefined;

  function reportFor(name: string): (error: unknown) => void {
    return (error) => diagnostics.failed('subscriber-failed', name, error);
  }

  function become(next: LiveState): void {
    state = next;
    states.emit(next);
  }

  /** A stream of the connection: the first of its subscribers opens it, and the last closes it. */
  function stream<T>(name: string, of: (shared: Sharing) => Observable<T>): GuardedObservable<T> {
    return new GuardedObservable<T>(reportFor(name), (subscriber) => {
      const shared = (sharing ??= begin());
      shared.subscribers += 1;
      subscriber.add(() => leave(shared));
      subscriber.add(of(shared).subscribe(subscriber));
      // After it subscribed, to miss nothing, and unless it has gone already.
      if (shared.subscribers > 0 && shared.close === undefined) open(shared);
    });
  }

  function begin(): Sharing {
    return {
      frames: createBus<LiveFrame>({ report: reportFor('frames$') }),
      health: createBus<Health>({ report: reportFor('health$') }),
      subscribers: 0,
      latest: undefined,
      statistics: undefined,
      troubles: [],
      close: undefined,
    };
  }

  function open(shared: Sharing): void {
    // At once, for whom the first state makes subscribe too.
    shared.close = () => undefined;
    const close = openLiveSession({
      host,
      target,
      diagnostics,
      state: become,
      frame(frame) {
        if (frame.type === 'statistics') remember(shared, frame);
        shared.frames.emit(frame);
        if (frame.type === 'health') for (const trouble of frame.health) tell(shared, trouble);
      },
      refused() {
        if (sharing === shared) sharing = undefined;
        become('closed');
        shared.frames.complete();
        shared.health.complete();
      },
    });
    shared.close = close;
    // It left when it was told the state.
    if (shared.subscribers === 0) close();
  }

  function leave(shared: Sharing): void {
    shared.subscribers -= 1;
    if (shared.subscribers > 0) return;
    shared.close?.();
    if (sharing !== shared) return;
    sharing = undefined;
    become('closed');
  }

  return {
    signals$: stream('signals$', ({ frames }) =>
      frames.values$.pipe(
        concatMap((frame) => (frame.type === 'signals' ? frame.signals : [])),
        filter((signal: Signal): signal is SignalOf<K> => kinds === undefined || (kinds as readonly SignalKind[]).includes(signal.kind)),
      ),
    ),
    statistics$: stream('statistics$', (shared) => {
      const next$ = shared.frames.values$.pipe(
        filter(({ type }) => type === 'statistics'),
        map(() => statisticsOf(shared)),
      );
      return shared.latest === undefined ? next$ : next$.pipe(startWith(statisticsOf(shared)));
    }),
    health$: stream('health$', ({ health, troubles }) => healthOf(health, troubles, diagnostics.health$)),
    state$: new GuardedObservable<LiveState>(reportFor('state$'), (subscriber) => {
      subscriber.next(state);
      return states.values$.subscribe(subscriber);
    }).pipe(distinctUntilChanged()),
    frames$: stream('frames$', ({ frames }) => frames.values$),
  };
}

function remember(shared: Sharing, frame: StatisticsFrame): void {
  shared.latest = frame;
  shared.statistics = undefined;
}

/** One map for all subscribers. */
function statisticsOf(shared: Sharing): StatisticsMap {
  return (shared.statistics ??= createStatisticsMap(shared.latest?.series.map((series) => [series.name, series] as const)));
}

/** Unless it is known: who connects again may be told the latest again. */
function tell(shared: Sharing, trouble: Health): void {
  const isKnown = shared.troubles.some((known) => known.timestamp === trouble.timestamp && JSON.stringify(known) === JSON.stringify(trouble));
  if (isKnown) return;
  shared.troubles = [...shared.troubles, trouble].slice(-REMEMBERED);
  shared.health.emit(trouble);
}

/** The server's troubles and those of the connection, until it ends. */
function healthOf(health: Bus<Health>, troubles: readonly Health[], own$: Observable<Health>): Observable<Health> {
  return new Observable((subscriber) => {
    for (const trouble of troubles) subscriber.next(trouble);
    subscriber.add(own$.subscribe((trouble) => subscriber.next(trouble)));
    subscriber.add(health.values$.subscribe(subscriber));
  });
}
