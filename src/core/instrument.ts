import type { MetricSignal } from './signal.ts';

/** The instrument a value names; a gauge for what names none, because it says the least about how values add up. */
export function instrumentNamed(name: unknown): MetricSignal['instrument'] {
  return name === 'counter' || name === 'histogram' ? name : 'gauge';
}
