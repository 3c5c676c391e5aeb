import type { MetricSignal } from '../../../core/signal.ts';

/** How the process itself is; what is not measured is absent. */
export interface RuntimeFigures {
  /** Milliseconds: 99 % of the looks at the event loop came at most so late. */
  readonly eventLoopDelayP99?: number;
  /** The share of time the event loop was busy. */
  readonly eventLoopUtilization?: number;
  /** Bytes. */
  readonly heapUsed?: number;
  /** Bytes. */
  readonly heapLimit?: number;
}

/** Finds them among the metrics of a service. */
export function runtimeFigures(metrics: readonly MetricSignal[]): RuntimeFigures {
  const delay = metrics.find(({ name }) => name === 'nodejs.eventloop.delay.p99');
  const utilization = metrics.find(({ name }) => name === 'nodejs.eventloop.utilization');
  const heapUsed = total(metrics, 'v8js.memory.heap.used');
  const heapLimit = metrics.find(({ name }) => name === 'nodejs.memory.heap.limit')?.value;
  return {
    ...(delay && { eventLoopDelayP99: inMilliseconds(delay) }),
    ...(utilization && { eventLoopUtilization: utilization.value }),
    ...(heapUsed !== undefined && { heapUsed }),
    ...(heapLimit !== undefined && { heapLimit }),
  };
}

/** The heap comes by its spaces. */
function total(metrics: readonly MetricSignal[], name: string): number | undefined {
  const parts = metrics.filter((metric) => metric.name === name);
  return parts.length === 0 ? undefined : parts.reduce((all, { value }) => all + value, 0);
}

function inMilliseconds({ value, unit }: MetricSignal): number {
  return unit === 's' ? value * 1_000 : unit === 'us' ? value / 1_000 : value;
}
