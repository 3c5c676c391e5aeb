// More at once are a broken clock, and would in time exceed what can be counted by ones.
const mostTicks = 2 ** 31;

/**
 * How many ticks have passed, by a clock that may be read late: a timer that comes late, after a sleep of the machine perhaps, stands
 * for as many ticks as fit into the time. Each call of `passed` is at least one tick.
 */
export class TickCounter {
  readonly #every: number;
  #now = 0;
  #last: number;
  // What the readings are ahead of the ticks that were counted, in ticks.
  #ahead = 0;

  /** `elapsed`: what the clock reads at tick 0, where that is known. */
  constructor(every: number, elapsed: number = Number.NaN) {
    this.#every = every;
    this.#last = elapsed;
  }

  /** Ticks since the start. */
  get now(): number {
    return this.#now;
  }

  /** Counts what has passed but for the tick that is due now, and says how many that were. */
  late(elapsed: number): number {
    if (!this.#read(elapsed)) return 0;
    const ticks = wholeTicks(this.#ahead) - 1;
    this.#now += ticks;
    this.#ahead -= ticks;
    return ticks;
  }

  /** Counts what has passed, the tick that is due now included, and says how many that were. */
  passed(elapsed: number = Number.NaN): number {
    const isRead = this.#read(elapsed);
    const ticks = isRead ? wholeTicks(this.#ahead) : 1;
    this.#now += ticks;
    // A tick that came early is no debt, which a sleep would pay off.
    if (isRead) this.#ahead = Math.min(Math.max(this.#ahead - ticks, -0.5), 0.5);
    return ticks;
  }

  /** False for a reading that says nothing: the first one, one of a clock that jumped back, and what is no number. */
  #read(elapsed: number): boolean {
    if (!Number.isFinite(elapsed)) return false;
    const passed = (elapsed - this.#last) / this.#every;
    this.#last = elapsed;
    if (!(passed >= 0)) return false;
    this.#ahead += passed;
    return true;
  }
}

function wholeTicks(ahead: number): number {
  return Math.min(Math.max(1, Math.round(ahead)), mostTicks);
}
