import type { Clock } from '../clock.ts';

/** Who watches says so this often, in milliseconds. */
export const renewal = 5_000;

/** For how long it is believed. A hidden tab's timers may tick once a minute: it is told later what it has not been told. */
const belief = 3 * renewal;

/** More watches than this are not told apart, nor are more of them answered between two ticks: they say it again. */
const mostWatchers = 64;

/** The watches of the others, as far as a participant has heard of them. */
export class SharedWatchers {
  readonly #clock: Clock;
  /** Until when each is believed, on the monotonic clock. */
  readonly #until = new Map<string, number>();
  #greeted = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether anybody watches. */
  get any(): boolean {
    return this.#until.size > 0;
  }

  /** Somebody said that it watches. `refused`: there are too many. */
  hear(watch: string): 'new' | 'known' | 'refused' {
    const isKnown = this.#until.has(watch);
    if (!isKnown && (this.#greeted >= mostWatchers || this.#until.size >= mostWatchers)) return 'refused';
    if (!isKnown) this.#greeted += 1;
    this.#until.set(watch, this.#clock.elapsed() + belief);
    return isKnown ? 'known' : 'new';
  }

  forget(watch: string): void {
    this.#until.delete(watch);
  }

  /** Once a tick. */
  forgetSilent(): void {
    const now = this.#clock.elapsed();
    for (const [watch, until] of this.#until) if (until < now) this.#until.delete(watch);
    this.#greeted = 0;
  }
}
