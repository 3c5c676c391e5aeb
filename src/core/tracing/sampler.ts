import { SamplingDecision, trace } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace-base';
import { isTraceSampled } from '../operators/sample-traces.ts';
import type { Signal } from '../signal.ts';

/**
 * Decides once, at the root of a trace, whether it is exported; everything under it, in every process, inherits the answer.
 * Every span is recorded all the same, because statistics and `signals$` see all of them.
 */
export function createSampler(rate: () => number): Sampler {
  return {
    shouldSample(context, traceId) {
      const parent = trace.getSpanContext(context);
      const sampled = parent === undefined ? isTraceSampled(traceId, rate()) : (parent.traceFlags & 1) === 1;
      return { decision: sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD };
    },
    toString: () => 'ArkheSampler',
  };
}

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
