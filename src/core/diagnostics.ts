import { ReplaySubject } from 'rxjs';
import type { Clock } from './clock.ts';
import { createBus } from './bus.ts';
import { GuardedObservable } from './guarded-observable.ts';
import { readProperty } from './read-property.ts';
import { serializeError } from './errors/serialize-error.ts';
import type { DropReason } from './ledger.ts';
import type { LiveStream } from './live-stream.ts';
import type { SerializedError } from './signal.ts';
import { snapshotText } from './snapshot.ts';

/**
 * A trouble of the SDK itself, as it happens, at `timestamp` (epoch milliseconds). By `type`:
 *
 * - `dropped`: the sink called `sink` lost `count` signals for this `reason` since it was last said: at the end of the turn the
 *   first time, then at most once a minute, and what is unsaid when the sink recovers or is closed.
 * - `sink-failed`: a sink threw, or did not answer in time; of a sink with several endpoints `error` names the one. A write that fails
 *   is said once for each endpoint, and once more when the receiver refuses for good, until `sink-recovered`. `retryIn`:
 *   milliseconds to the next try of that write; absent when there is none.
 * - `sink-recovered`: after `sink-failed` a write succeeded, and no endpoint fails any more.
 * - `subscriber-failed`, `operator-failed`, `source-failed`: foreign code threw `error`. `name` says where: the stream, the place
 *   in `pipeline`, the source, or the method called. The same failure is said once a minute.
 * - `input-ignored`: what `name` was given could not be used, and `message` says why. The same is said once a minute; `count` is how
 *   often it happened since it was last said. What is unsaid at the end is said then.
 */
export type Health = { readonly timestamp: number } & Trouble;

type Trouble =
  | { readonly type: 'dropped'; readonly sink: string; readonly reason: DropReason; readonly count: number }
  | { readonly type: 'sink-failed'; readonly sink: string; readonly error: SerializedError; readonly retryIn?: number | undefined }
  | { readonly type: 'sink-recovered'; readonly sink: string }
  | {
      readonly type: 'subscriber-failed' | 'operator-failed' | 'source-failed';
      readonly name: string;
      readonly error: SerializedError;
    }
  | { readonly type: 'input-ignored'; readonly name: string; readonly message: string; readonly count: number };

/** The SDK's own troubles, outside the stream of signals: nothing said here can come back as a signal. */
export interface Diagnostics {
  /** The latest 32 troubles at once, so that those of the start are not missed, then each as it happens. */
  readonly health$: LiveStream<Health>;
  report(trouble: Trouble): void;
  /** Something foreign threw. The same failure is said once a minute. */
  failed(type: 'subscriber-failed' | 'operator-failed' | 'source-failed', name: string, error: unknown): void;
  /** Something handed in could not be used. The same is said once a minute, with a count. */
  ignored(name: string, message: string): void;
  complete(): void;
}

/** What could not be used, and how often that is to be said yet. */
interface Ignored {
  readonly name: string;
  readonly message: string;
  /** On the monotonic clock. */
  saidAt: number;
  unsaid: number;
}

const SILENCE = 60_000;
const REMEMBERED = 100;

export function createDiagnostics(clock: Clock): Diagnostics {
  const latest = new ReplaySubject<Health>(32);
  // A subscriber of the troubles that throws has nowhere left to be reported.
  const bus = createBus<Health>({ report: () => undefined });
  const said = new Map<string, number>();
  const ignored = new Map<string, Ignored>();
  bus.values$.subscribe(latest);

  function report(trouble: Trouble): void {
    bus.emit({ timestamp: clock.now(), ...trouble });
  }

  function isNew(key: string): boolean {
    const now = clock.elapsed();
    const before = said.get(key);
    if (before !== undefined && now - before < SILENCE) return false;
    said.delete(key);
    said.set(key, now);
    if (said.size > REMEMBERED) said.delete(said.keys().next().value ?? '');
    return true;
  }

  function sayIgnored(known: Ignored): void {
    const { name, message, unsaid } = known;
    if (unsaid === 0) return;
    known.saidAt = clock.elapsed();
    known.unsaid = 0;
    report({ type: 'input-ignored', name, message, count: unsaid });
  }

  function forgetOldest(): void {
    for (const [key, oldest] of ignored) {
      ignored.delete(key);
      return sayIgnored(oldest);
    }
  }

  return {
    health$: new GuardedObservable<Health>(() => undefined, (subscriber) => latest.subscribe(subscriber)),
    report,
    failed(type, name, error) {
      // Not serialised unless it is said: what fails for every signal would cost ten times the signal, most of it for the stack.
      if (isNew(`${type} ${name} ${gist(error)}`)) report({ type, name, error: serializeError(error) });
    },
    ignored(name, message) {
      const key = `${name} ${message}`;
      const known = ignored.get(key) ?? { name, message, saidAt: Number.NEGATIVE_INFINITY, unsaid: 0 };
      known.unsaid += 1;
      // The latest last: what is forgotten first has not been heard of for the longest time.
      ignored.delete(key);
      ignored.set(key, known);
      if (clock.elapsed() - known.saidAt >= SILENCE) sayIgnored(known);
      if (ignored.size > REMEMBERED) forgetOldest();
    },
    complete() {
      for (const known of ignored.values()) sayIgnored(known);
      bus.complete();
    },
  };
}

/** What tells one failure from another, without reading the stack. Never throws. */
function gist(error: unknown): string {
  if (typeof error !== 'object' || error === null) return snapshotText(error, 256);
  return `${snapshotText(readProperty(error, 'name'), 64)}: ${snapshotText(readProperty(error, 'message'), 256)}`;
}
