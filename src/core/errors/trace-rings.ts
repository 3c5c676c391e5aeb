import { BoundedRing } from '../bounded-ring.ts';

/** Sets of places, of which a trace has one by its id: a power of two. */
const sets = 128;
/** Places in a set. */
const ways = 8;
/** How many traces are remembered after their end, for what fails a moment later. */
const maxEnded = 100;

export interface TraceRingsOptions {
  /** Of all traces together. */
  readonly maxBytes: number;
  /** Of one trace. */
  readonly maxRingBytes: number;
}

/** A place for a trace, used again and again. */
class Ring<T> {
  readonly steps: BoundedRing<T> = new BoundedRing();
  /** `undefined`: free. */
  traceId: string | undefined = undefined;
  ended = false;
  /** The number of the trace, counted as they come. */
  since = 0;
}

/**
 * The latest steps of each trace, of 1,024 at most. Traces that have ended go first, then the oldest of those that share the set:
 * a service ends hundreds a second, and the one that takes long is the one that fails.
 *
 * A table of fixed places and not a `Map`: one that grows and shrinks leaves tables behind that keep every step from being collected
 * while it is young, which was measured ten times dearer than all the rest.
 */
export class TraceRings<T> {
  readonly #options: TraceRingsOptions;
  /** Made when they are needed first. */
  readonly #rings: (Ring<T> | undefined)[] = Array.from({ length: sets * ways }, () => undefined);
  /** The last that ended, in turn. */
  readonly #ended: (Ring<T> | undefined)[] = Array.from({ length: maxEnded }, () => undefined);
  /** Which trace each of them had then. */
  readonly #endedSince: number[] = [];
  #nextEnded = 0;
  #begun = 0;
  #bytes = 0;

  constructor(options: TraceRingsOptions) {
    this.#options = options;
  }

  /** About how much all of it takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many traces are remembered. */
  get size(): number {
    return this.#rings.filter((ring) => ring?.traceId !== undefined).length;
  }

  /** Oldest first. */
  stepsOf(traceId: string): readonly T[] {
    return this.#find(traceId)?.steps.values() ?? [];
  }

  keep(traceId: string, step: T, bytes: number, most: number): void {
    this.#keepIn(this.#find(traceId) ?? this.#begin(traceId), step, bytes, most);
  }

  /** The last step of a trace, here. One that comes alone is not kept: it led to nothing, and most traces of some services are like that. */
  end(traceId: string, step: T, bytes: number, most: number): void {
    const ring = this.#find(traceId);
    if (ring === undefined) return;
    this.#keepIn(ring, step, bytes, most);
    if (ring.ended) return;
    ring.ended = true;
    const before = this.#ended[this.#nextEnded];
    if (before !== undefined && before.ended && before.since === this.#endedSince[this.#nextEnded]) this.#free(before);
    this.#ended[this.#nextEnded] = ring;
    this.#endedSince[this.#nextEnded] = ring.since;
    this.#nextEnded = (this.#nextEnded + 1) % maxEnded;
  }

  #find(traceId: string): Ring<T> | undefined {
    const first = firstOf(traceId);
    for (let index = first; index < first + ways; index += 1) {
      const ring = this.#rings[index];
      if (ring === undefined) return undefined;
      if (ring.traceId === traceId) return ring;
    }
    return undefined;
  }

  #begin(traceId: string): Ring<T> {
    const ring = this.#placeFor(traceId);
    if (ring.traceId !== undefined) this.#free(ring);
    this.#begun += 1;
    ring.since = this.#begun;
    ring.traceId = traceId;
    return ring;
  }

  /** A free one, else one that has ended, else the oldest. */
  #placeFor(traceId: string): Ring<T> {
    const first = firstOf(traceId);
    let best: Ring<T> | undefined;
    for (let index = first; index < first + ways; index += 1) {
      const ring = (this.#rings[index] ??= new Ring());
      if (ring.traceId === undefined) return ring;
      if (best === undefined || (ring.ended && !best.ended) || (ring.ended === best.ended && ring.since < best.since)) best = ring;
    }
    return best!;
  }

  #keepIn({ steps }: Ring<T>, step: T, bytes: number, most: number): void {
    const { maxBytes, maxRingBytes } = this.#options;
    this.#bytes -= steps.bytes;
    steps.keep(step, bytes, most, maxRingBytes);
    this.#bytes += steps.bytes;
    while (this.#bytes > maxBytes) this.#freeOlderHalf();
  }

  /** Many at once, as all have to be looked at. */
  #freeOlderHalf(): void {
    let oldest = this.#begun;
    for (const ring of this.#rings) if (ring?.traceId !== undefined) oldest = Math.min(oldest, ring.since);
    const until = oldest + (this.#begun - oldest) / 2;
    for (const ring of this.#rings) if (ring?.traceId !== undefined && ring.since <= until) this.#free(ring);
  }

  #free(ring: Ring<T>): void {
    this.#bytes -= ring.steps.bytes;
    ring.steps.clear();
    ring.traceId = undefined;
    ring.ended = false;
  }
}

/** Where the set of a trace begins. By the end of its id, which is random also where the beginning is a time. */
function firstOf(traceId: string): number {
  let hash = 0;
  for (let index = Math.max(0, traceId.length - 6); index < traceId.length; index += 1) hash = Math.imul(hash ^ traceId.charCodeAt(index), 0x01000193);
  return ((hash ^ (hash >>> 15)) & (sets - 1)) * ways;
}
