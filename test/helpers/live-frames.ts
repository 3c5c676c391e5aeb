import type { HealthFrame, HelloFrame, LiveFrame, SignalsFrame, StatisticsFrame } from '../../src/core/live/live-frame.ts';
import type { Health } from '../../src/core/diagnostics.ts';
import type { Signal } from '../../src/core/signal.ts';
import type { Statistics } from '../../src/core/statistics/statistics.ts';

/** Numbers of a series with this many equal values. */
export function seriesOf(name: string, count: number, value = 10): Statistics {
  return {
    ...{ name, count, errors: 0, total: count * value, mean: value, min: value, max: value, stddev: 0 },
    ...{ p50: value, p75: value, p90: value, p95: value, p99: value, p999: value, window: 60_000, resolution: undefined, exemplars: {} },
  };
}

/** Rolling statistics of series with these counts. */
export function statisticsFrame(counts: Readonly<Record<string, number>>): StatisticsFrame {
  const series = Object.entries(counts).map(([name, count]) => seriesOf(name, count));
  return { type: 'statistics', time: 1_700_000_000_000, window: 60_000, series, leftOut: 0 };
}

export function helloFrame(fields: Partial<HelloFrame> = {}): HelloFrame {
  return { type: 'hello', version: 1, service: 'shop', environment: 'test', window: 60_000, every: 1_000, ...fields };
}

export function signalsFrame(...signals: readonly Signal[]): SignalsFrame {
  return { type: 'signals', signals, leftOut: 0 };
}

export function healthFrame(...health: readonly Health[]): HealthFrame {
  return { type: 'health', health };
}

/** A frame as a server writes it. */
export function written({ type, ...data }: LiveFrame, id?: string): string {
  return eventOf(type, JSON.stringify(data), id);
}

/** Any event. */
export function eventOf(type: string, data: string, id?: string): string {
  return `event: ${type}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`;
}
