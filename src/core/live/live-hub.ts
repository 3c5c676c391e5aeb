import { Subscription } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { Health } from '../diagnostics.ts';
import type { Ledger } from '../ledger.ts';
import type { ErrorSignal, MetricSignal, Signal, SpanSignal } from '../signal.ts';
import { createChangingFeed } from './changing-feed.ts';
import { createCollection } from './collection.ts';
import type { Collection } from './collection.ts';
import { createHealthFeed } from './health-feed.ts';
import { LatestErrors } from './latest-errors.ts';
import { LatestMetrics } from './latest-metrics.ts';
import { createLedgerFeed } from './ledger-feed.ts';
import type { LiveFeed } from './live-feed.ts';
import { liveVersion } from './live-frame.ts';
import type { LivePart } from './live-frame.ts';
import type { LiveOffer, LiveWishes } from './live-wishes.ts';
import { createSentFrames } from './sent-frames.ts';
import type { SentFrame } from './sent-frames.ts';
import { createSignalsFeed } from './signals-feed.ts';
import { SlowestTraces } from './slowest-traces.ts';
import { createStatisticsFeed } from './statistics-feed.ts';
import type { StatisticsView } from './statistics-view.ts';

/** What of a manager is shown. */
export interface LiveStreams {
  readonly signals$: Observable<Signal>;
  readonly spans$: Observable<SpanSignal>;
  readonly errors$: Observable<ErrorSignal>;
  readonly metrics$: Observable<MetricSignal>;
  readonly health$: Observable<Health>;
  ledger(): Ledger;
}

export interface LiveHubSetup {
  readonly obs: LiveStreams;
  readonly clock: Clock;
  readonly view: StatisticsView;
  readonly offer: LiveOffer;
  /** Letters and digits: the same for all frames of this hub, another for each hub. */
  readonly run: string;
  /** Who speaks, as it is now. */
  readonly speaker: () => { readonly service: string; readonly environment: string };
  readonly redactText: (text: string) => string;
  /** Something foreign failed: a view, a client. */
  readonly failed: (error: unknown) => void;
  /** Says what of the wishes could not be had. */
  readonly ignored: (what: string) => void;
}

/** Whoever gets frames. */
export interface LiveListener {
  /** Must not throw. */
  take(frame: SentFrame): void;
}

/** Makes each frame once for all who ask for the same, and nothing while nobody asks. */
export interface LiveHub {
  /**
   * Gives the listener what there is at once, or what it has missed since `lastEventId`, then each frame as it comes, until the result
   * is called.
   */
  join(wishes: LiveWishes, lastEventId: string | undefined, listener: LiveListener): () => void;
  /** A frame for one listener alone. */
  frameFor(type: 'skipped', number: number, data: string): SentFrame;
}

interface Running {
  readonly name: string;
  readonly feed: LiveFeed;
  readonly listeners: Set<LiveListener>;
  stop: () => void;
}

/** Different spans of time that statistics are computed for at a time: each costs as much as all signals do. */
const maxTimes = 8;
/** How long what was gathered, and what was sent, is kept for who comes back, in milliseconds. */
const keepFor = 30_000;

export function createLiveHub(setup: LiveHubSetup): LiveHub {
  const { obs, clock, view, offer, run, speaker, redactText, failed, ignored } = setup;
  const sent = createSentFrames(run);
  const running = new Map<string, Running>();
  /** The slowest ones, by the window they are of. */
  const traces = new Map<number, Collection>();
  /** How many listeners have asked for these times, other than those of the hub. */
  const times = new Map<string, number>();
  let forgetting = new Subscription();

  const errors = createCollection({
    clock,
    keepFor,
    create: () => new LatestErrors(),
    fill: (latest) => unsubscribing(obs.errors$.subscribe((error) => latest.add(error))),
    read: (latest) => latest.read(),
  });
  const metrics = createCollection({
    clock,
    keepFor,
    create: () => new LatestMetrics(),
    fill: (latest) => unsubscribing(obs.metrics$.subscribe((metric) => latest.add(metric, clock.elapsed()))),
    read: (latest) => latest.read(),
  });

  function tracesOf(window: number): Collection {
    const known = traces.get(window);
    if (known !== undefined) return known;
    // As many windows may be asked for one after the other as there are numbers.
    for (const [other, { isUsed }] of traces) if (traces.size > maxTimes && !isUsed) traces.delete(other);
    const slowest = createCollection({
      clock,
      keepFor,
      create: () => new SlowestTraces(window),
      fill: (gathered) => unsubscribing(obs.spans$.subscribe((span) => gathered.add(span, clock.elapsed()))),
      read: (gathered) => gathered.read(clock.elapsed()),
    });
    traces.set(window, slowest);
    return slowest;
  }

  /** Each part by a name that says all that makes it different from others. */
  const feeds: Readonly<Record<LivePart, (times: Pick<LiveWishes, 'window' | 'every'>) => readonly [string, () => LiveFeed]>> = {
    statistics: ({ window, every }) => [`statistics ${window} ${every}`, () => createStatisticsFeed({ view, clock, window, every, failed })],
    health: ({ every }) => [`health ${every}`, () => createHealthFeed({ health$: obs.health$, clock, every, redactText })],
    ledger: ({ every }) => [`ledger ${every}`, () => createLedgerFeed({ ledger: () => obs.ledger(), clock, every })],
    metrics: ({ every }) => [`metrics ${every}`, () => createChangingFeed({ type: 'metrics', clock, every, collection: metrics })],
    errors: ({ every }) => [`errors ${every}`, () => createChangingFeed({ type: 'errors', clock, every, collection: errors })],
    traces: ({ window, every }) => [`traces ${window} ${every}`, () => createChangingFeed({ type: 'traces', clock, every, collection: tracesOf(window) })],
  };

  function wanted({ parts, kinds, window, every }: LiveWishes): readonly Running[] {
    const named = parts.map((part) => feeds[part]({ window, every }));
    if (kinds.length > 0) named.push([`signals ${kinds.join()} ${every}`, () => createSignalsFeed({ signals$: obs.signals$, kinds, clock, every })]);
    return named.map(([name, create]) => running.get(name) ?? begin(name, create()));
  }

  function begin(name: string, feed: LiveFeed): Running {
    const begun: Running = { name, feed, listeners: new Set(), stop: () => undefined };
    running.set(name, begun);
    try {
      begun.stop = feed.start((data) => {
        const frame = sent.add(feed.type, name, data);
        for (const listener of begun.listeners) listener.take(frame);
      });
    } catch (error) {
      // A view of the application.
      failed(error);
    }
    return begun;
  }

  function end({ name, stop }: Running): void {
    running.delete(name);
    stop();
  }

  /** What was sent is kept for a while when nobody is there. */
  function forgetLater(): void {
    if (running.size > 0) return;
    forgetting.unsubscribe();
    forgetting = clock.every(keepFor).subscribe(() => {
      forgetting.unsubscribe();
      sent.clear();
    });
  }

  /** Too many different times are those of the hub, which are there in any case. */
  function within(wishes: LiveWishes): LiveWishes {
    if (timesOf(wishes) === timesOf(offer) || times.has(timesOf(wishes)) || times.size < maxTimes) return wishes;
    ignored('times that are the ninth different ones at a time');
    return { ...wishes, window: offer.window, every: offer.every };
  }

  function numberOf(lastEventId: string): number | undefined {
    const [, of, number] = /^([\w-]{1,64})\.(\d{1,15})$/.exec(lastEventId) ?? [];
    if (number === undefined) ignored('an event id that is none');
    return of === run && Number(number) > 0 ? Number(number) : undefined;
  }

  return {
    join(wishes, lastEventId, listener) {
      forgetting.unsubscribe();
      const granted = within(wishes);
      const { window, every } = granted;
      const key = timesOf(granted);
      if (key !== timesOf(offer)) times.set(key, (times.get(key) ?? 0) + 1);
      const mine = wanted(granted);
      const last = lastEventId === undefined ? undefined : numberOf(lastEventId);
      const missed = last === undefined ? undefined : sent.since(last, new Set(mine.map(({ name }) => name)));

      listener.take(sent.make('hello', missed === undefined ? 0 : (last ?? 0), JSON.stringify({ version: liveVersion, ...speaker(), window, every })));
      if (missed === undefined) {
        const begins = mine.flatMap(({ feed }) => {
          const data = feed.latest();
          return data === undefined ? [] : [{ type: feed.type, data }];
        });
        // Who has not got the last of them begins anew when it comes back.
        for (const [index, { type, data }] of begins.entries()) listener.take(sent.make(type, index < begins.length - 1 ? 0 : sent.number, data));
      } else for (const frame of missed) listener.take(frame);
      for (const { listeners } of mine) listeners.add(listener);

      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        const others = (times.get(key) ?? 1) - 1;
        if (others > 0) times.set(key, others);
        else times.delete(key);
        for (const feed of mine) {
          feed.listeners.delete(listener);
          if (feed.listeners.size === 0) end(feed);
        }
        forgetLater();
      };
    },
    frameFor: (type, number, data) => sent.make(type, number, data),
  };
}

function timesOf({ window, every }: Pick<LiveWishes, 'window' | 'every'>): string {
  return `${window} ${every}`;
}

function unsubscribing(subscription: Subscription): () => void {
  return () => subscription.unsubscribe();
}
