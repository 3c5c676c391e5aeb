interface Slice {
  readonly start: number;
  readonly end: number;
}

/**
 * How many ticks a window really covers: those since it began, at most its length, and less what left together with a slice that
 * lay across the edge. Ticks that were slept through are covered, as nothing was there.
 */
export class CoveredTime {
  readonly #ticksPerWindow: number;
  #slices: Slice[] = [];
  /** The first tick of which everything is known. */
  #since = 0;

  constructor(ticksPerWindow: number) {
    this.#ticksPerWindow = ticksPerWindow;
  }

  /** At this tick, which counts as a whole one. */
  ticks(now: number): number {
    return now + 1 - Math.max(this.#since, now + 1 - this.#ticksPerWindow);
  }

  /** A slice of so many ticks is over. Slices begin at multiples of their length, but for those after a sleep. */
  end(start: number, length: number): void {
    this.#slices.push({ start, end: (Math.floor(start / length) + 1) * length });
  }

  /** Slices of the same beginning became one. */
  join(startOf: (start: number) => number): void {
    const joined = new Map<number, Slice>();
    for (const { start, end } of this.#slices) joined.set(startOf(start), { start: startOf(start), end });
    this.#slices = [...joined.values()];
  }

  /** Slices that began before this tick have left the window. */
  forget(oldest: number): void {
    while (this.#slices.length > 0 && this.#slices[0]!.start < oldest) this.#since = this.#slices.shift()!.end;
  }
}
