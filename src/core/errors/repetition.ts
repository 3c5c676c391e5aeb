import { Subscription } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { ErrorSignal } from '../signal.ts';
import { estimateSize } from '../signal-size.ts';

/** What was told of an error, and what is to be told yet. */
export interface Repeats {
  /** Of the signals that have told of it, the latest last: they are no steps on the way to the next. */
  readonly toldIds: string[];
  /** On the monotonic clock. */
  readonly since: number;
  readonly until: number;
  /** Of the signal that will tell of all of them. */
  eventId: string | undefined;
  /** The latest. */
  latest: ErrorSignal | undefined;
  /** About what that holds in memory. */
  bytes: number;
  count: number;
}

export interface RepetitionSetup {
  readonly clock: Clock;
  /** The latest of so many. */
  readonly tell: (latest: ErrorSignal, count: number) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Errors that were told a short while ago, so that those like them are only counted. At most 1,000, and what waits to be told at most
 * 4 MiB: of more, the oldest are told early.
 */
export interface Repetition {
  /** Of an error that was told within its window. */
  of(identity: string): Repeats | undefined;
  /** One more: the latest of them. */
  repeat(repeats: Repeats, latest: ErrorSignal): void;
  /** It is told now, by this event; those like it are not, for this many milliseconds. */
  open(identity: string, window: number, eventId: string): void;
  /** Tells of all that wait, at once. */
  settle(): void;
}

const maxKinds = 1_000;
/** More than breadcrumbs by default: each flush may tell once more. */
const maxToldIds = 100;
const maxBytes = 4 * 1_048_576;
/** Longest a host's timer waits, in milliseconds. */
const longest = 2_147_483_647;

export function createRepetition({ clock, tell, failed }: RepetitionSetup): Repetition {
  // The oldest first.
  const told = new Map<string, Repeats>();
  let waiting = 0;
  let bytes = 0;
  /** Only while something waits. */
  let timer: Subscription | undefined;
  let asking = false;

  function tellOf(repeats: Repeats): void {
    const { latest, count } = repeats;
    if (latest === undefined) return;
    bytes -= repeats.bytes;
    waiting -= 1;
    // First: who is told may capture an error like it.
    repeats.latest = undefined;
    repeats.toldIds.push(latest.eventId);
    if (repeats.toldIds.length > maxToldIds) repeats.toldIds.shift();
    repeats.eventId = undefined;
    repeats.bytes = 0;
    repeats.count = 0;
    tell(latest, count);
  }

  /** Also what is younger than now: a clock that was set back must not keep it for as long. */
  function isOver({ since, until }: Repeats, now: number): boolean {
    return now >= until || now < since;
  }

  function tellDue(): void {
    const now = clock.elapsed();
    for (const [identity, repeats] of told) {
      if (!isOver(repeats, now)) continue;
      told.delete(identity);
      tellOf(repeats);
    }
    wait();
  }

  /** Until the first that waits is due. */
  function wait(): void {
    if (waiting === 0) {
      timer?.unsubscribe();
      timer = undefined;
      return;
    }
    if (timer !== undefined) return;
    let until = Number.POSITIVE_INFINITY;
    for (const repeats of told.values()) if (repeats.latest !== undefined) until = Math.min(until, repeats.until);
    const ticks = new Subscription();
    timer = ticks;
    asking = true;
    ticks.add(
      clock.every(Math.min(longest, Math.max(1, until - clock.elapsed()))).subscribe({
        next() {
          // A clock of the application that ticks as soon as it is asked would be asked without end.
          if (asking || timer !== ticks) return;
          ticks.unsubscribe();
          timer = undefined;
          try {
            tellDue();
          } catch (error) {
            failed(error);
          }
        },
        error: failed,
      }),
    );
    asking = false;
  }

  function tellOldest(): void {
    for (const [identity, repeats] of told) {
      if (repeats.latest === undefined) continue;
      told.delete(identity);
      return tellOf(repeats);
    }
  }

  return {
    of(identity) {
      const repeats = told.get(identity);
      if (repeats === undefined || !isOver(repeats, clock.elapsed())) return repeats;
      told.delete(identity);
      // Its timer is late.
      tellOf(repeats);
      wait();
      return undefined;
    },
    repeat(repeats, latest) {
      const size = estimateSize(latest);
      if (repeats.latest === undefined) waiting += 1;
      repeats.latest = latest;
      repeats.eventId = latest.eventId;
      repeats.count += 1;
      bytes += size - repeats.bytes;
      repeats.bytes = size;
      while (bytes > maxBytes && waiting > 0) tellOldest();
      wait();
    },
    open(identity, window, eventId) {
      const since = clock.elapsed();
      if (told.size >= maxKinds) {
        for (const [oldest, repeats] of told) {
          told.delete(oldest);
          tellOf(repeats);
          break;
        }
        wait();
      }
      told.set(identity, { toldIds: [eventId], since, until: since + window, eventId: undefined, latest: undefined, bytes: 0, count: 0 });
    },
    settle() {
      for (const repeats of told.values()) tellOf(repeats);
      wait();
    },
  };
}
