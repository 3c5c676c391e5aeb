import type { Signal } from '../signal.ts';

const SMALLEST = 16;
/** A burst's room is given back when the ring is empty again. */
const KEPT = 4_096;

/** Signals in order of arrival, with what each holds in memory and its number. Parallel arrays: nothing is made for a signal. */
export class SignalRing {
  #signals: (Signal | undefined)[] = emptySlots();
  #sizes: number[] = [];
  #orders: number[] = [];
  #mask: number = SMALLEST - 1;
  #head = 0;
  length = 0;
  bytes = 0;

  /** The number of the oldest; `Infinity` when it is empty. */
  get order(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : (this.#orders[this.#head] ?? 0);
  }

  /** What the oldest holds. */
  get size(): number {
    return this.length === 0 ? 0 : (this.#sizes[this.#head] ?? 0);
  }

  push(signal: Signal, size: number, order: number): void {
    if (this.length > this.#mask) this.#grow();
    const slot = (this.#head + this.length) & this.#mask;
    this.#signals[slot] = signal;
    this.#sizes[slot] = size;
    this.#orders[slot] = order;
    this.length++;
    this.bytes += size;
  }

  /** Takes out the oldest. */
  shift(): Signal | undefined {
    if (this.length === 0) return undefined;
    const head = this.#head;
    const signal = this.#signals[head];
    this.#signals[head] = undefined;
    this.bytes -= this.#sizes[head] ?? 0;
    this.#head = (head + 1) & this.#mask;
    this.length--;
    if (this.length === 0 && this.#mask >= KEPT) this.clear();
    return signal;
  }

  clear(): void {
    this.#signals = emptySlots();
    this.#sizes = [];
    this.#orders = [];
    this.#mask = SMALLEST - 1;
    this.#head = 0;
    this.length = 0;
    this.bytes = 0;
  }

  /** Twice the room, the oldest first. */
  #grow(): void {
    const head = this.#head;
    this.#signals = [...this.#signals.slice(head), ...this.#signals.slice(0, head), ...this.#signals.map(() => undefined)];
    this.#sizes = [...this.#sizes.slice(head), ...this.#sizes.slice(0, head)];
    this.#orders = [...this.#orders.slice(head), ...this.#orders.slice(0, head)];
    this.#head = 0;
    this.#mask = this.#mask * 2 + 1;
  }
}

function emptySlots(): undefined[] {
  return new Array<undefined>(SMALLEST).fill(undefined);
}
