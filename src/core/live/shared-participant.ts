import { Observable, Subscription } from 'rxjs';
import type { Subscriber } from 'rxjs';
import type { Clock } from '../clock.ts';
import { createIds } from '../ids.ts';
import type { LiveStream } from '../live-stream.ts';
import type { ObservabilityManager } from '../observability.ts';
import { shareLatest } from '../statistics/share-latest.ts';
import type { SharedChannel, SharedHost } from './shared-channel.ts';
import { readSharedMessage } from './shared-message.ts';
import type { SharedMessage } from './shared-message.ts';
import { SharedRecorder } from './shared-recorder.ts';
import type { SharedSlice } from './shared-slice.ts';
import { renewal, SharedWatchers } from './shared-watchers.ts';
import { SharedWatch } from './shared-watch.ts';
import type { SharedSight } from './shared-watch.ts';
import { createWatches } from '../statistics/watches.ts';
import type { WatchTimes } from '../statistics/watch-times.ts';

/** Options of `createSharedParticipant`. */
export interface SharedParticipantOptions {
  /** Of the channel. */
  readonly name: string;
  readonly every: number;
  readonly maxSeries: number;
  /** How far back who begins to watch can be told, in milliseconds. */
  readonly window: number;
  readonly clock: Clock;
  /** Told why what another said cannot be used. */
  ignored(what: string): void;
}

/** One of those who share: tells the others what it measures while they watch, and watches itself when it is asked to. */
export interface SharedParticipant {
  readonly ignored: number;
  /** One sight a tick, shared by its subscribers; late ones get the latest at once. */
  watch(times: WatchTimes): LiveStream<SharedSight>;
  close(): void;
}

/** Most memory that the slices of before take, in bytes. */
const maxBytes = 4 * 2 ** 20;
/** About how many of them are said at once, in bytes. */
const portion = 2 ** 18;

export function createSharedParticipant(
  { profiles$, responses$ }: Pick<ObservabilityManager, 'profiles$' | 'responses$'>,
  { name, every, maxSeries, window, clock, ignored }: SharedParticipantOptions,
  { fillRandom, openChannel }: SharedHost,
): SharedParticipant {
  const ids = createIds(fillRandom);
  const newId = (): string => ids.eventId();
  const self = newId();
  const recorder = new SharedRecorder({ clock, maxSeries, window, maxBytes });
  const watchers = new SharedWatchers(clock);
  const watches = new Map<SharedWatch, Subscriber<SharedSight>>();
  const work = new Subscription();
  let saidAt = Number.NEGATIVE_INFINITY;
  let unused = 0;
  let isClosed = false;

  function tell(to: string | undefined, slices: readonly SharedSlice[], next?: number): void {
    if (to === undefined) saidAt = clock.elapsed();
    channel.post({ type: 'slices', from: self, to, next, slices });
  }

  /** What was measured since the last time goes to all who watch, here and elsewhere. */
  function closeSlice(): void {
    const slice = recorder.close();
    if (slice === undefined) return;
    // Nothing is lost on the way from here to here: what is missing before it is too old.
    for (const watch of watches.keys()) watch.take(self, [slice], true);
    if (watchers.any) tell(undefined, [slice]);
  }

  function ignore(what: string): void {
    unused += 1;
    ignored(what);
  }

  function announce(): void {
    for (const { id } of watches.keys()) channel.post({ type: 'watch', from: self, watch: id });
  }

  function renew(always: boolean): void {
    for (const watch of watches.keys()) watch.renew(always);
    announce();
  }

  function answer(watch: string): void {
    const who = watchers.hear(watch);
    if (who === 'refused') return;
    // The timers of a hidden tab tick once a minute, but it is asked in time.
    if (who === 'new' || recorder.age > every) closeSlice();
    if (who === 'new') {
      for (const slices of recorder.past.portions(portion)) tell(watch, slices);
      tell(watch, [], recorder.next);
    }
    if (who === 'new' || clock.elapsed() - saidAt > renewal / 2) tell(undefined, []);
  }

  function take({ from, to, next, slices }: Extract<SharedMessage, { type: 'slices' }>): void {
    for (const watch of watches.keys()) {
      if (to !== undefined && to !== watch.id) continue;
      if (!watch.take(from, slices, to !== undefined)) ignore('statistics that cannot be read, or of too many participants');
      if (to !== undefined && next !== undefined) watch.expect(from, next);
    }
  }

  function hear(message: SharedMessage): void {
    switch (message.type) {
      case 'hello':
        return announce();
      case 'watch':
        return answer(message.watch);
      case 'unwatch':
        return watchers.forget(message.watch);
      case 'slices':
        return take(message);
      case 'bye':
        for (const watch of watches.keys()) watch.bye(message.from);
    }
  }

  function watchFor(times: WatchTimes, subscriber: Subscriber<SharedSight>): void {
    if (isClosed) return subscriber.complete();
    const watch = new SharedWatch({ self, ...times, maxSeries, clock, newId });
    closeSlice();
    for (const slices of recorder.past.portions(portion)) watch.take(self, slices, true);
    watches.set(watch, subscriber);
    channel.post({ type: 'watch', from: self, watch: watch.id });
    subscriber.add(clock.every(times.every).subscribe(() => subscriber.next(watch.look())));
    subscriber.add(() => {
      watches.delete(watch);
      if (!isClosed) channel.post({ type: 'unwatch', from: self, watch: watch.id });
    });
  }

  function close(): void {
    if (isClosed) return;
    closeSlice();
    isClosed = true;
    work.unsubscribe();
    for (const [watch, subscriber] of [...watches]) {
      subscriber.next(watch.look());
      subscriber.complete();
    }
    channel.post({ type: 'bye', from: self });
    channel.close();
  }

  const channel: SharedChannel = openChannel(name, {
    hear(given) {
      if (isClosed) return;
      try {
        const message = readSharedMessage(given);
        if (message === undefined) ignore('a message that is none of ours');
        // Several channels that are tied together may bring back what was said here.
        else if (message.from !== self) hear(message);
      } catch {
        // Whatever can be said there must not end a process.
        ignore('a message that cannot be understood');
      }
    },
    closing() {
      if (!isClosed) closeSlice();
    },
    reopened() {
      if (isClosed) return;
      channel.post({ type: 'hello', from: self });
      renew(true);
    },
  });
  channel.post({ type: 'hello', from: self });
  work.add(
    clock.every(every).subscribe(() => {
      watchers.forgetSilent();
      closeSlice();
    }),
  );
  work.add(clock.every(renewal).subscribe(() => renew(false)));
  // Last, because the streams of a manager that was shut down complete at once. Not `signals$`: what nobody wants is not built.
  work.add(profiles$.subscribe({ next: (signal) => recorder.record(signal), complete: close }));
  work.add(responses$.subscribe({ next: (signal) => recorder.record(signal), complete: close }));

  return {
    get ignored() {
      return unused;
    },
    // Made of a stream of the manager, because what is made of it is guarded as that is.
    watch: createWatches((times) => profiles$.pipe(() => new Observable<SharedSight>((subscriber) => watchFor(times, subscriber)), shareLatest())),
    close,
  };
}
