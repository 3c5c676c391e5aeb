export interface TurnsOptions<T> {
  /** Takes one value. */
  readonly take: (value: T) => void;
  /** Told what `take` threw. */
  readonly report: (error: unknown) => void;
  /** Most values that may be given, directly or not, while one is taken. Default 10 000. */
  readonly maxNested?: number | undefined;
}

/** One thing at a time. */
export interface Turns<T> {
  /** True while a value is taken. */
  readonly busy: boolean;
  /**
   * Takes the value before it returns; one that is given meanwhile waits for the end, so that all are taken in the order in which
   * they were given. Never throws. False when the value was refused: whoever answers every value with another would keep the host
   * in here for ever.
   */
  give(value: T): boolean;
}

export function createTurns<T>({ take, report, maxNested = 10_000 }: TurnsOptions<T>): Turns<T> {
  let waiting: T[] = [];
  let nested = 0;
  let busy = false;

  function takeSafely(value: T): void {
    try {
      take(value);
    } catch (error) {
      report(error);
    }
  }

  function takeWaiting(): void {
    while (waiting.length > 0) {
      const values = waiting;
      waiting = [];
      for (const value of values) takeSafely(value);
    }
    nested = 0;
  }

  return {
    get busy() {
      return busy;
    },
    give(value) {
      if (busy) {
        if (nested >= maxNested) return false;
        nested++;
        waiting.push(value);
        return true;
      }
      busy = true;
      try {
        // As `takeSafely` does: every signal passes here, and each call between it and who takes it costs.
        try {
          take(value);
        } catch (error) {
          report(error);
        }
        if (nested > 0) takeWaiting();
      } finally {
        busy = false;
      }
      return true;
    },
  };
}
