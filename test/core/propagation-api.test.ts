import { baggageEntryMetadataFromString, defaultTextMapGetter, defaultTextMapSetter } from '@opentelemetry/api';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Baggage, TextMapGetter } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { describe, expect, it } from 'vitest';
import { createPropagation } from '../../src/core/propagation/propagation.ts';
import { createTextMapPropagator } from '../../src/core/tracing/open-telemetry-propagator.ts';
import type { Propagator } from '../../src/core/tracing/tracing-options.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const headers = { traceparent: `00-${traceId}-${spanId}-01`, tracestate: 'a=1,b=2', baggage: 'user=al%20ice;secret,plan=x' };

function propagator(...propagators: readonly Propagator[]) {
  const setup = { propagators: propagators.length === 0 ? (['tracecontext', 'baggage'] as const) : propagators, isSampled: () => true, ignored: () => undefined };
  return createTextMapPropagator(() => createPropagation(setup));
}

describe("OpenTelemetry's propagator", () => {
  it('reads what its own would, from another process', () => {
    const context = propagator().extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const span = trace.getSpanContext(context);
    expect(span).toMatchObject({ traceId, spanId, traceFlags: 1, isRemote: true });
    expect(span?.traceState?.serialize()).toBe('a=1,b=2');
    const entries = propagation.getBaggage(context)?.getAllEntries().map(([key, { value, metadata }]) => [key, value, metadata?.toString()]);
    expect(entries).toEqual([
      ['user', 'al ice', 'secret'],
      ['plan', 'x', undefined],
    ]);
  });

  it('writes what it has read', () => {
    const carrier = {};
    const { extract, inject } = propagator();
    inject(extract(ROOT_CONTEXT, headers, defaultTextMapGetter), carrier, defaultTextMapSetter);
    expect(carrier).toEqual(headers);
  });

  it('leaves the context as it is when there is nothing to read', () => {
    const { extract } = propagator();
    const context = ROOT_CONTEXT.setValue(Symbol('x'), 1);
    for (const carrier of [{}, null, undefined, { traceparent: 'malformed', baggage: '' }]) {
      expect(extract(context, carrier, defaultTextMapGetter)).toBe(context);
    }
  });

  it('reads baggage without a trace', () => {
    const context = propagator().extract(ROOT_CONTEXT, { baggage: 'a=1' }, defaultTextMapGetter);
    expect([trace.getSpanContext(context), propagation.getBaggage(context)?.getEntry('a')?.value]).toEqual([undefined, '1']);
  });

  it('writes nothing where nothing is to be traced, nor of an invalid span', () => {
    const { extract, inject } = propagator();
    const carrier = {};
    inject(suppressTracing(extract(ROOT_CONTEXT, headers, defaultTextMapGetter)), carrier, defaultTextMapSetter);
    inject(trace.setSpanContext(ROOT_CONTEXT, { traceId: '0'.repeat(32), spanId, traceFlags: 1 }), carrier, defaultTextMapSetter);
    inject(ROOT_CONTEXT, carrier, defaultTextMapSetter);
    expect(carrier).toEqual({});
  });

  it('writes and reads the other formats, and names their fields', () => {
    const { extract, inject, fields } = propagator('b3multi', 'jaeger');
    const carrier: Record<string, string> = {};
    const given = { traceId, spanId, traceFlags: 0 };
    const baggage = propagation.createBaggage({ User: { value: 'ä', metadata: baggageEntryMetadataFromString('secret') } });
    inject(propagation.setBaggage(trace.setSpanContext(ROOT_CONTEXT, given), baggage), carrier, defaultTextMapSetter);
    expect(carrier).toEqual({
      'x-b3-traceid': traceId,
      'x-b3-spanid': spanId,
      'x-b3-sampled': '0',
      'uber-trace-id': `${traceId}:${spanId}:0:0`,
      'uberctx-User': '%C3%A4',
    });
    const context = extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
    expect(trace.getSpanContext(context)).toMatchObject({ traceId, spanId, traceFlags: 0 });
    expect(propagation.getBaggage(context)?.getEntry('User')?.value).toBe('ä');
    expect(fields()).toEqual(['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-parentspanid', 'x-b3-flags', 'uber-trace-id']);
  });

  it.each<readonly [string, TextMapGetter<[string, string][]>]>([
    ['lists them as they are written', { keys: (carrier) => carrier.map(([key]) => key), get: (carrier, name) => carrier.find(([key]) => key === name)?.[1] }],
    ['finds them in any case', { keys: (carrier) => carrier.map(([key]) => key), get: (carrier, name) => carrier.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] }],
    ['lists none', { keys: () => [], get: (carrier, name) => carrier.find(([key]) => key.toLowerCase() === name)?.[1] }],
    ['gives lists', { keys: () => [], get: (carrier, name) => carrier.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value) }],
  ])('reads names of any case with a getter that %s', (_, getter) => {
    const carrier: [string, string][] = [['Traceparent', headers.traceparent], ['Tracestate', 'a=1'], ['BAGGAGE', 'a=1']];
    const context = propagator().extract(ROOT_CONTEXT, carrier, getter);
    expect(trace.getSpanContext(context)).toMatchObject({ traceId, spanId });
    expect(trace.getSpanContext(context)?.traceState?.serialize()).toBe('a=1');
    expect(propagation.getBaggage(context)?.getAllEntries().length).toBe(1);
  });

  it('prefers a name that is written like that of the format', () => {
    const carrier = { Traceparent: headers.traceparent.replace('4bf9', '5bf9'), traceparent: headers.traceparent };
    expect(trace.getSpanContext(propagator().extract(ROOT_CONTEXT, carrier, defaultTextMapGetter))?.traceId).toBe(traceId);
    const others = { traceparent: headers.traceparent, TRACEPARENT: headers.traceparent.replace('4bf9', '5bf9') };
    expect(trace.getSpanContext(propagator().extract(ROOT_CONTEXT, others, defaultTextMapGetter))?.traceId).toBe(traceId);
  });

  it('makes no use of what is no baggage', () => {
    const { inject } = propagator();
    const broken = { getAllEntries: () => [['a', { value: 7 }], [8, { value: '1' }], ['b', { value: 'x', metadata: { toString: () => 9 } }], ['c', { value: '1' }]] };
    for (const [baggage, expected] of [
      [broken, { baggage: 'c=1' }],
      [{}, {}],
      [7, {}],
    ] as const) {
      const carrier = {};
      inject(propagation.setBaggage(ROOT_CONTEXT, baggage as unknown as Baggage), carrier, defaultTextMapSetter);
      expect(carrier).toEqual(expected);
    }
  });
});
