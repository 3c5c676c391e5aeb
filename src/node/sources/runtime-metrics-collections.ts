import { constants, PerformanceObserver } from 'node:perf_hooks';
import type { NodeGCPerformanceDetail, PerformanceEntry } from 'node:perf_hooks';
import type { BeginWatch } from './runtime-metrics-measure.ts';

/** Most that wait for the next measurement: a program that does little else has some hundred a second. */
const maxWaiting = 10_000;

/** Each garbage collection; told with the other measurements, because a signal of its own in the middle of a request helps nobody. */
export const watchCollections: BeginWatch = (measure) => {
  let waiting: PerformanceEntry[] = [];

  function read(): void {
    const told = waiting;
    waiting = [];
    for (const entry of told) measure('v8js.gc.duration', entry.duration, 'ms', 'histogram', { 'v8js.gc.type': typeOf(entry) });
  }

  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) waiting.push(entry);
    if (waiting.length >= maxWaiting) read();
  });
  observer.observe({ entryTypes: ['gc'] });
  return { read, stop: () => observer.disconnect() };
};

function typeOf(entry: PerformanceEntry): string {
  switch ((entry as { readonly detail?: NodeGCPerformanceDetail } & PerformanceEntry).detail?.kind) {
    case constants.NODE_PERFORMANCE_GC_MAJOR:
      return 'major';
    case constants.NODE_PERFORMANCE_GC_MINOR:
      return 'minor';
    case constants.NODE_PERFORMANCE_GC_INCREMENTAL:
      return 'incremental';
    default:
      return 'weakcb';
  }
}
