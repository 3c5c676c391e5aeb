// So that a trace that never ends, as a loop makes one, cannot fill the memory. It counts over all traces: most have few signals.
const signalsPerTrace = 100;
// A trace's last signals may come long after its decision, while others are decided.
const decisionsPerTrace = 10;

interface HeldTrace<S> {
  readonly since: number;
  readonly signals: S[];
}

/** The traces whose decision is open, with their signals, and the decisions of late. */
export class HeldTraces<S> {
  readonly #hold: number;
  readonly #maxTraces: number;
  // Both in the order of time: the first is the oldest.
  readonly #held = new Map<string, HeldTrace<S>>();
  readonly #kept = new Map<string, boolean>();
  #signals = 0;

  constructor({ hold, maxTraces }: { readonly hold: number; readonly maxTraces: number }) {
    this.#hold = hold;
    this.#maxTraces = maxTraces;
  }

  /** What goes on because of this signal: nothing, the signal, or all of its trace so far. */
  decide(traceId: string, signal: S, keep: boolean, now: number): readonly S[] {
    this.dropExpired(now);
    const kept = this.#kept.get(traceId);
    if (kept !== undefined) {
      this.#remember(traceId, kept);
      return kept ? [signal] : [];
    }
    const trace = this.#held.get(traceId) ?? { since: now, signals: [] };
    trace.signals.push(signal);
    this.#signals += 1;
    this.#held.set(traceId, trace);
    if (keep) {
      this.#close(traceId, trace, true);
      return trace.signals;
    }
    this.#dropExcess();
    return [];
  }

  /** Drops the traces held for their whole time. */
  dropExpired(now: number): void {
    for (const [traceId, trace] of this.#held) {
      if (now - trace.since < this.#hold) return;
      this.#close(traceId, trace, false);
    }
  }

  #dropExcess(): void {
    for (const [traceId, trace] of this.#held) {
      if (this.#held.size <= this.#maxTraces && this.#signals <= this.#maxTraces * signalsPerTrace) return;
      this.#close(traceId, trace, false);
    }
  }

  #close(traceId: string, trace: HeldTrace<S>, keep: boolean): void {
    this.#held.delete(traceId);
    this.#signals -= trace.signals.length;
    this.#remember(traceId, keep);
  }

  #remember(traceId: string, keep: boolean): void {
    // To the end, so that what was asked for least lately is forgotten first.
    this.#kept.delete(traceId);
    this.#kept.set(traceId, keep);
    if (this.#kept.size <= this.#maxTraces * decisionsPerTrace) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}
