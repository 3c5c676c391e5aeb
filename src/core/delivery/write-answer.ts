import type { DeliveryError, WriteResult } from '../sink.ts';

/** Whether a sink answers later. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** What a sink says of a batch of `most` signals. It is foreign code: what cannot be read, and a count that cannot be, is all delivered. */
export function readResult(answer: unknown, most: number): { readonly rejected: number; readonly handedOff: boolean } {
  try {
    const { rejected = 0, handedOff = false } = (answer ?? {}) as WriteResult;
    const valid = Number.isInteger(rejected) && rejected > 0;
    return { rejected: valid ? Math.min(rejected, most) : 0, handedOff: handedOff === true };
  } catch {
    return { rejected: 0, handedOff: false };
  }
}

/** Whether the sink knows that trying again is of no use. Not by `instanceof`: there may be another copy of this package. */
export function isFinal(error: unknown): boolean {
  try {
    const { name, retryable } = Object(error) as Partial<DeliveryError>;
    return name === 'DeliveryError' && retryable === false;
  } catch {
    return false;
  }
}
