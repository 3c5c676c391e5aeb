import type { Signal } from './signal.ts';

/** The signal without what the flight recorder had: a recording holds no other, and one alone is larger than any frame of the live stream. */
export function withoutRecording<S extends Signal>(signal: S): S {
  return signal.kind === 'error' && signal.recording !== undefined ? { ...signal, recording: undefined } : signal;
}
