import { filter } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Signal } from '../signal.ts';
import { aFunction, checkOptions, optional, share } from './option-checks.ts';

/** Options of `sampleTraces`. */
export interface SampleOptions {
  /** Share of traces kept, 0 to 1. Default 1. */
  readonly rate?: number | undefined;
  /** Also samples, one by one, the signals that belong to no trace. Default: those are all kept. */
  readonly random?: (() => number) | undefined;
}

/**
 * Head sampling, by trace id: every signal of a trace, in every process, gets the same answer, and what a lower rate keeps a
 * higher one keeps too. Signals outside of any trace are kept, or with `random` drawn at the same rate; when `random` throws, the
 * signal is kept. Throws `ConfigurationError` for a rate that is not from 0 to 1.
 */
export function sampleTraces<S extends Signal>(options: SampleOptions = {}): MonoTypeOperatorFunction<S> {
  checkOptions('sampleTraces', options, { rate: optional(share), random: optional(aFunction) });
  const { rate = 1, random } = options;
  return filter((signal) => {
    if (signal.trace) return isTraceSampled(signal.trace.traceId, rate);
    if (random === undefined) return true;
    try {
      return random() < rate;
    } catch {
      return true;
    }
  });
}

/**
 * Whether a trace belongs to the share `rate` (0 to 1) of all traces. Decided as OpenTelemetry's consistent probability sampling
 * does, by the low 56 bits of the trace id, which W3C wants random: kept when they are at least (1 - rate) * 2^56.
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export function isTraceSampled(traceId: string, rate: number): boolean {
  if (rate >= 1) return true;
  const high = Number.parseInt(traceId.slice(-14, -7), 16);
  const low = Number.parseInt(traceId.slice(-7), 16);
  // 56 bits do not fit in a double's 53, and 1 - rate loses the small rates. So the distance to 2^56 is compared with the rate's,
  // and of the distance the low half only after the difference, which is exact where it matters.
  return (2 ** 28 - high) * 2 ** 28 - rate * 2 ** 56 <= low;
}
