import { expect } from 'vitest';
import { createObservability } from '#sdk';
import type { Sink, SpanSignal } from '#sdk';
import type { SeenSpan } from './seen-span.ts';
import { sendAll } from './send-all.ts';

export interface ManySpans {
  readonly traceId: string;
  readonly signals: readonly SpanSignal[];
}

/** One trace of a thousand spans, seven deep, at times that are no whole microseconds. */
export async function sendManySpans(createSink: () => Sink): Promise<ManySpans> {
  const count = 1_000;
  const obs = createObservability({ serviceName: 'warehouse', sources: false, sinks: [createSink()] });
  const signals: SpanSignal[] = [];
  obs.spans$.subscribe((span) => signals.push(span));
  function work(number: number): void {
    obs.tracer.startSpan(`shelf ${number}`, { attributes: { number } }, () => {
      for (let child = 3 * number + 1; child <= 3 * number + 3 && child < count; child += 1) work(child);
    });
  }
  work(0);
  await sendAll(obs);
  expect(signals).toHaveLength(count);
  return { traceId: signals[0]?.trace.traceId ?? '', signals };
}

/** Every span once, with its parent, its attribute as `written`, and its times to the microsecond. */
export function expectManySpans(seen: readonly SeenSpan[], { signals }: ManySpans, written: (value: number) => unknown = Number): void {
  const found = new Map(seen.map((span) => [span.spanId, span]));
  expect(seen).toHaveLength(signals.length);
  expect(found.size).toBe(signals.length);
  for (const { name, trace, parentSpanId, attributes, timestamp, duration } of signals) {
    const span = found.get(trace.spanId);
    const number = written(Number(attributes['number']));
    expect(span).toMatchObject({ traceId: trace.traceId, parentSpanId, name, service: 'warehouse', attributes: { number } });
    // One may round where another cuts.
    expect(Math.abs((span?.start ?? 0) - timestamp * 1_000)).toBeLessThanOrEqual(1);
    expect(Math.abs((span?.duration ?? 0) - duration * 1_000)).toBeLessThanOrEqual(1);
  }
}
