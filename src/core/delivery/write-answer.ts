import type { DeliveryError, WriteResult } from '../sink.ts';

/** Longest wait a receiver may ask for, in milliseconds: a date a year ahead is a mistake, not a wish. */
const LONGEST_ASKED = 600_000;

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

/** What follows from what a write threw. */
export interface Failure {
  /** Trying again is of no use. */
  readonly final: boolean;
  /** Smaller batches may do. */
  readonly tooLarge: boolean;
  /** Least wait before the next try, in milliseconds, at most 10 minutes. */
  readonly retryAfter: number | undefined;
}

const passing: Failure = { final: false, tooLarge: false, retryAfter: undefined };

/** Only a `DeliveryError` says more than that it failed. Not by `instanceof`: there may be another copy of this package. */
export function readFailure(error: unknown): Failure {
  try {
    const { name, retryable, tooLarge, retryAfter } = Object(error) as Partial<DeliveryError>;
    if (name !== 'DeliveryError') return passing;
    const asked = typeof retryAfter === 'number' && retryAfter >= 0 ? Math.min(retryAfter, LONGEST_ASKED) : undefined;
    return { final: retryable === false, tooLarge: tooLarge === true, retryAfter: asked };
  } catch {
    return passing;
  }
}
