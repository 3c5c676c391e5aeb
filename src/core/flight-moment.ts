import type { Signal } from './signal.ts';

/** When a flight recorder gives out what it has, unless the application says so. */
export function isErrorSignal({ kind }: Signal): boolean {
  return kind === 'error';
}

/** Whether this signal is the moment. A question of the application that throws says no. */
export function isMoment<S extends Signal>(signal: S, when: (signal: S) => boolean): boolean {
  try {
    return when(signal);
  } catch {
    return false;
  }
}
