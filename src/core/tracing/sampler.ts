import type { Signal } from '../signal.ts';

/**
 * Whether the sinks get a signal: what the root of its trace decided. Signals outside of any trace all pass, or with `random` the
 * share `rate` of them.
 */
export function isSampled({ trace }: Signal, { rate, random }: { readonly rate: number; readonly random: (() => number) | undefined }): boolean {
  if (trace !== undefined) return trace.sampled;
  if (random === undefined) return true;
  try {
    return random() < rate;
  } catch {
    // Better one too many than one lost.
    return true;
  }
}
