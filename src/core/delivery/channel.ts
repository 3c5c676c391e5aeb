import type { Signal } from '../signal.ts';
import type { Sink, WriteContext, WriteResult } from '../sink.ts';

/** What a write answers: see `Sink.write`. */
export type Answer = Promise<WriteResult | void> | WriteResult | void;

/** Signals that leave in one write, in the form in which they are sent. Sending it again is sending the same again. */
export interface Batch {
  /** How many signals it stands for. */
  readonly size: number;
  /** About how much memory it holds. */
  readonly bytes: number;
  /** The number of the earliest signal in it, as `Queue.push` was told. */
  readonly first: number;
  /**
   * Writes it; may be asked again, with the same content, after it failed. May throw, or give a promise that is rejected: a
   * `DeliveryError` steers the retry. What is too large should be found, and thrown, before it returns: while the host goes away only
   * then are its halves sent too.
   */
  send(context: WriteContext): Answer;
  /** The same as two smaller ones, whose sizes add up to this one's; `undefined` when it is one thing. */
  split(): readonly [Batch, Batch] | undefined;
}

/** What waits for a channel. */
export interface Queue {
  /** How many signals wait. */
  readonly length: number;
  /** About how much memory they hold. */
  readonly bytes: number;
  /** The number of the earliest that waits; `undefined` when none does. */
  readonly oldest: number | undefined;
  /** Adds a signal; `order` counts up. The result is how many signals were given up for it, itself included, because there was no room. */
  push(signal: Signal, bytes: number, order: number): number;
  /**
   * Takes out what leaves next: at most `count` signals, and at most `bytes` unless the first alone is more. A queue that gathers
   * signals into something smaller may give out all it has. Not called when empty.
   */
  take(count: number, bytes: number): Batch;
  clear(): void;
}

/**
 * One endpoint of a sink. Each has a queue, batches, retries and a circuit breaker of its own; they share the sink's account. A sink
 * that says nothing of channels is a single one.
 */
export interface Channel {
  /** Within the sink, e.g. `traces`. */
  readonly name: string;
  /** A signal goes to the first channel that accepts it. */
  accepts(signal: Signal): boolean;
  /** Whether several writes may be under way at once, up to `delivery.concurrency`. Default: one after the other, in order. */
  readonly concurrent?: boolean | undefined;
  /** Most signals worth gathering for one write, where that is less than the delivery gathers. */
  readonly maxBatchSize?: number | undefined;
  /** How long one write may take, in milliseconds. Default: that of the delivery. */
  readonly timeout?: number | undefined;
  /** Longest wait before a write, in milliseconds. Default: that of the delivery. */
  readonly flushEvery?: number | undefined;
  /** Sends signals. Not used by a channel that has its own queue: its batches send themselves. */
  write(batch: readonly Signal[], context: WriteContext): Answer;
  /**
   * Gathers signals into something smaller as they come, bounded by itself; written by time and flushes alone, never because it is full.
   * Default: a bounded queue of the signals.
   */
  createQueue?(): Queue;
}

/** Where a sink keeps its channels. Not enumerable: a copy with another `write` or `accepts` shall not go past these. */
export const channelsKey: unique symbol = Symbol.for('@arkhe/observability/channels') as never;

/** The endpoints of a sink. */
export function channelsOf(sink: Sink): readonly Channel[] | undefined {
  return (sink as { readonly [channelsKey]?: readonly Channel[] })[channelsKey];
}

/** Gives a sink its channels. */
export function withChannels(sink: Sink, channels: readonly Channel[]): Sink {
  return Object.defineProperty(sink, channelsKey, { value: channels, enumerable: false });
}
