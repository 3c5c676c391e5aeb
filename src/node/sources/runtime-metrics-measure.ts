import type { Attributes, MetricSignal } from '../../core/signal.ts';

/** Takes one measured number. */
export type Measure = (name: string, value: number, unit: string, instrument: MetricSignal['instrument'], attributes?: Attributes) => void;

/** One part of what is measured of Node. */
export interface Watch {
  /** Measures what it is now, or was since the last time. */
  read?(): void;
  stop?(): void;
}

/** @throws what the runtime throws when it lacks what is asked of it */
export type BeginWatch = (measure: Measure) => Watch;
