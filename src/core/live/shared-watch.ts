import type { Clock } from '../clock.ts';
import { resolutionOf } from '../clock-resolution.ts';
import type { StatisticsMap } from '../statistics/statistics.ts';
import { unpackSlice } from './shared-slice.ts';
import type { SharedSlice } from './shared-slice.ts';
import { SharedWindow } from './shared-window.ts';

/** Options of `SharedWatch`. */
export interface SharedWatchOptions {
  /** The participant that watches. */
  readonly self: string;
  readonly window: number;
  readonly every: number;
  readonly maxSeries: number;
  readonly clock: Clock;
  newId(): string;
}

/** What a watch sees at a time. */
export interface SharedSight {
  readonly statistics: StatisticsMap;
  /** How many take part. */
  readonly participants: number;
}

interface Participant {
  /** The number of its last slice that was taken. */
  taken: number;
  /** On the monotonic clock. */
  heardAt: number;
  /** A slice of it never came. */
  misses: boolean;
}

const mostParticipants = 1_000;
/** A participant that is not heard for this long, in milliseconds, does not count: it answers every 5 s while somebody watches. */
const silence = 15_000;

/** One look at everybody's statistics: takes their slices, each once, and merges them. */
export class SharedWatch {
  readonly #options: SharedWatchOptions;
  readonly #window: SharedWindow;
  readonly #participants = new Map<string, Participant>();
  #id: string;

  constructor(options: SharedWatchOptions) {
    const { window, every, maxSeries, clock, newId } = options;
    this.#options = options;
    this.#window = new SharedWindow({ window, every, maxSeries, now: clock.elapsed() });
    this.#id = newId();
  }

  /** What the others know it by: what they have sent to this, nothing is missing of. */
  get id(): string {
    return this.#id;
  }

  /** Wants what it has missed: the others tell somebody they do not know all they have. */
  renew(always = false): void {
    let misses = always;
    for (const participant of this.#participants.values()) {
      misses ||= participant.misses;
      participant.misses = false;
    }
    if (misses) this.#id = this.#options.newId();
  }

  /**
   * Takes what a participant sent, to this watch (`isAnswer`) or to all. Of slices to all, one before which another is missing has to
   * wait: the answer that brings the missing one brings it again. False when something of it cannot be used.
   */
  take(from: string, slices: readonly SharedSlice[], isAnswer: boolean): boolean {
    const participant = this.#participant(from);
    if (participant === undefined) return false;
    const { clock } = this.#options;
    const [now, elapsed] = [clock.now(), clock.elapsed()];
    participant.heardAt = elapsed;
    let unreadable = 0;
    for (const slice of slices) {
      if (slice.number <= participant.taken) continue;
      if (!isAnswer && slice.number > participant.taken + 1) {
        participant.misses = true;
        break;
      }
      participant.taken = slice.number;
      const measured = elapsed - Math.max(0, now - slice.time);
      unreadable += unpackSlice(slice, (name, histogram) => this.#window.add(name, histogram, measured));
    }
    return unreadable === 0;
  }

  /** A participant has answered: what it has measured before that slice, and did not send, is too old. */
  expect(from: string, next: number): void {
    const participant = this.#participants.get(from);
    if (participant !== undefined) participant.taken = Math.max(participant.taken, next - 1);
  }

  /** A participant has ended. What it measured stays for as long as the window is. */
  bye(from: string): void {
    const participant = this.#participants.get(from);
    if (participant !== undefined) participant.heardAt = Number.NEGATIVE_INFINITY;
  }

  /** What is to be seen at the end of a tick; the next one begins. */
  look(): SharedSight {
    const { clock, self, every } = this.#options;
    const elapsed = clock.elapsed();
    // The slice that ends now is whole: the next one has nothing yet, and would take the place of the oldest.
    this.#window.advance(elapsed - every);
    const statistics = this.#window.statistics(resolutionOf(clock));
    this.#window.advance(elapsed);
    let participants = 1;
    for (const [id, { heardAt }] of this.#participants) {
      if (id !== self && elapsed - heardAt <= silence) participants += 1;
    }
    return { statistics, participants };
  }

  #participant(id: string): Participant | undefined {
    const known = this.#participants.get(id);
    if (known !== undefined) return known;
    if (this.#participants.size >= mostParticipants) this.#forgetSilent();
    if (this.#participants.size >= mostParticipants) return undefined;
    const participant = { taken: -1, heardAt: 0, misses: false };
    this.#participants.set(id, participant);
    return participant;
  }

  /** Those that are gone for so long that nothing of theirs is left to be taken twice. */
  #forgetSilent(): void {
    const { clock, window } = this.#options;
    const since = clock.elapsed() - Math.max(window, silence);
    for (const [id, { heardAt }] of this.#participants) if (heardAt < since) this.#participants.delete(id);
  }
}
