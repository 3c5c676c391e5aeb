import { ExponentialHistogram } from './exponential-histogram.ts';

/** The histogram that these bytes from outside are a snapshot of; `undefined` for anything else. */
export function readHistogram(bytes: unknown): ExponentialHistogram | undefined {
  try {
    return ExponentialHistogram.fromBytes(bytes as Uint8Array);
  } catch {
    return undefined;
  }
}
