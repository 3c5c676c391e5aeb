import { isErrorSignal } from './flight-moment.ts';
import type { Signal } from './signal.ts';

/** Options of the manager's flight recorder: see `flightRecorder` in its options. */
export interface FlightRecordingOptions {
  /** False: nothing is recorded. Default true, once there are options. */
  readonly enabled?: boolean | undefined;
  /** How far back it goes, in seconds. Default 30. */
  readonly seconds?: number | undefined;
  /** How much is kept at most, in bytes: about, as signals take it in memory. Default 1 000 000. */
  readonly bytes?: number | undefined;
  /**
   * Whether this signal is the moment to give out what was recorded; with `attach` only errors are asked. When it throws, it is not.
   * Default: every `error` signal.
   */
  readonly when?: ((signal: Signal) => boolean) | undefined;
  /**
   * `attach`: an error that is sent gets what was recorded since the one before, in its field `recording`; Sentry shows it as an
   * attachment. `send`: what was recorded but not sampled is sent to the sinks after all, then the signal that asked and all that is
   * still to come of these traces; while errors are many, that is nearly everything. Default `attach`.
   */
  readonly then?: 'attach' | 'send' | undefined;
}

/** The options with their defaults. */
export interface FlightRecordingSettings {
  readonly seconds: number;
  readonly bytes: number;
  readonly when: (signal: Signal) => boolean;
  readonly then: 'attach' | 'send';
}

/** `undefined`: nothing is recorded. */
export function flightRecordingSettings(options: FlightRecordingOptions): FlightRecordingSettings | undefined {
  if (options.enabled !== true) return undefined;
  const { seconds = 30, bytes = 1_000_000, when = isErrorSignal, then = 'attach' } = options;
  return { seconds, bytes, when, then };
}
