import { describe, expect, it } from 'vitest';
import { channelsOf } from '../../src/core/delivery/channel.ts';
import { DeliveryError } from '../../src/core/sink.ts';
import type { Signal } from '../../src/core/signal.ts';
import type { HttpResponse } from '../../src/core/transport.ts';
import { decodeLogs, decodeMetrics, decodeTraces } from '../helpers/decode-otlp.ts';
import { context, ok, recordedOtlp } from '../helpers/recorded-otlp.ts';
import { errorSignal, logSignal, metricSignal, profileSignal, requestSignal, responseSignal, spanSignal, traceOf } from '../helpers/signals.ts';

const answer = (status: number, body = ''): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: new TextEncoder().encode(body),
  handedOff: false,
});
const kindOf = ({ url }: { readonly url: string }): string => url.split('/').at(-1)!;

describe('the channels of the OTLP sink', () => {
  const otlp = recordedOtlp();
  const channelOf = (signal: Signal) => channelsOf(otlp.sink)!.find((channel) => channel.accepts(signal))?.name;

  it('share out every kind of signal', () => {
    const kinds = [spanSignal(), requestSignal(), responseSignal(), errorSignal(), logSignal(), profileSignal(), metricSignal()];
    expect(kinds.map(channelOf)).toEqual(['traces', 'logs', 'logs', 'logs', 'logs', 'metrics', 'metrics']);
    expect(kinds.every((signal) => otlp.sink.accepts!(signal))).toBe(true);
  });

  it('do not take spans of traces that are not exported', () => {
    const span = spanSignal({ trace: { ...traceOf(1), sampled: false } });
    expect(channelOf(span)).toBeUndefined();
    expect(otlp.sink.accepts!(span)).toBe(false);
    expect(otlp.sink.accepts!(spanSignal({ trace: undefined as never }))).toBe(false);
  });

  it('send traces and logs side by side, metrics one after the other and at their own pace', () => {
    expect(channelsOf(otlp.sink)!.map(({ name, concurrent, flushEvery }) => [name, concurrent, flushEvery])).toEqual([
      ['traces', true, undefined],
      ['logs', true, undefined],
      ['metrics', undefined, 10_000],
    ]);
  });

  it('each post to their endpoint, with its headers and the type of the content', async () => {
    for (const [protocol, type] of [['http/protobuf', 'application/x-protobuf'], ['http/json', 'application/json']] as const) {
      const { sink, requests, channel, queue } = recordedOtlp({ protocol });
      expect(sink.name).toBe('otlp');
      await channel('traces').write([spanSignal()], context);
      await channel('logs').write([logSignal()], { ...context, leaving: true });
      const metrics = queue();
      metrics.push(profileSignal(), 0, 0);
      await metrics.take(1, 1).send(context);
      expect(requests.map(({ url, headers, leaving }) => [url, headers, leaving])).toEqual(
        ['traces', 'logs', 'metrics'].map((kind) => [
          `http://collector.test/v1/${kind}`,
          { 'x-api-key': 'secret-of-the-test', 'content-type': type },
          kind === 'logs',
        ]),
      );
      expect(requests[0]!.abortSignal).toBe(context.abortSignal);
    }
  });

  it('refuse at once what is larger than a request may be', () => {
    const { channel, requests } = recordedOtlp({ maxBodyBytes: 300 });
    for (const name of ['traces', 'logs'] as const) {
      const signals = Array.from({ length: 10 }, () => (name === 'traces' ? spanSignal() : logSignal()));
      expect(() => channel(name).write(signals, context)).toThrow(expect.objectContaining({ name: 'DeliveryError', tooLarge: true, retryable: false }));
    }
    expect(requests).toEqual([]);
  });

  it('tell what the receiver refused, and its words', async () => {
    const { channel, warnings } = recordedOtlp({ answer: () => answer(200, '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}') });
    expect(await channel('traces').write([spanSignal(), spanSignal(), spanSignal()], context)).toMatchObject({ rejected: 2 });
    expect(warnings).toEqual(['traces: too old']);
  });

  it('fail as the receiver says', async () => {
    const { channel } = recordedOtlp({ answer: () => answer(503) });
    await expect(channel('traces').write([spanSignal()], context)).rejects.toMatchObject({ name: 'DeliveryError', retryable: true });
  });

  it('use one transport, unless their settings differ, and close it', () => {
    const same = recordedOtlp();
    expect(same.transports.created).toBe(1);
    same.sink.close?.();
    expect(same.transports.closed).toBe(1);
    const endpoint = { url: 'http://other.test/', headers: {}, protocol: 'http/protobuf', compression: 'gzip', timeout: 1, tls: undefined } as const;
    expect(recordedOtlp({ settings: { logs: endpoint } }).transports.created).toBe(2);
  });

  it('take a new resource from then on', async () => {
    const changing = recordedOtlp({ resource: { 'service.name': 'before' } });
    changing.configure({ 'service.name': 'after' });
    const [span] = await changing.spans(spanSignal({ attributes: { 'service.name': 'after' } }));
    expect([span!.resource['service.name'], span!.attributes]).toEqual(['after', {}]);
  });
});

describe('a copy of the OTLP sink without its channels', () => {
  const batch: readonly Signal[] = [spanSignal(), logSignal(), profileSignal(), metricSignal(), requestSignal(), spanSignal()];

  it('sends each endpoint its share', async () => {
    const otlp = recordedOtlp();
    const copy = { ...otlp.sink };
    expect(channelsOf(copy)).toBeUndefined();
    expect(await copy.write(batch, context)).toEqual({ rejected: 0, handedOff: false });
    const [traces, logs, metrics] = otlp.requests;
    expect(otlp.requests.map(kindOf)).toEqual(['traces', 'logs', 'metrics']);
    expect(decodeTraces(traces!.body, 'application/x-protobuf')).toHaveLength(2);
    expect(decodeLogs(logs!.body, 'application/x-protobuf')).toHaveLength(2);
    expect(decodeMetrics(metrics!.body, 'application/x-protobuf')).toHaveLength(2);
  });

  it('has all of it on the way when write returns', () => {
    const { sink, requests } = recordedOtlp();
    void sink.write(batch, { ...context, leaving: true });
    expect(requests).toHaveLength(3);
  });

  it('fails when a part failed, and sends only that part again', async () => {
    let failing = true;
    const otlp = recordedOtlp({
      answer: (request) => {
        if (kindOf(request) === 'logs' && failing) return answer(503);
        return kindOf(request) === 'traces' ? answer(200, '{"partialSuccess":{"rejectedSpans":1}}') : ok;
      },
    });
    await expect(otlp.sink.write(batch, context)).rejects.toBeInstanceOf(DeliveryError);
    failing = false;
    expect(await otlp.sink.write(batch, context)).toMatchObject({ rejected: 1 });
    expect(otlp.requests.map(kindOf)).toEqual(['traces', 'logs', 'metrics', 'logs']);
  });

  it('keeps its totals from write to write', async () => {
    const otlp = recordedOtlp();
    await otlp.sink.write([profileSignal()], context);
    expect(await otlp.sink.write([profileSignal(), profileSignal({ duration: Number.NaN })], context)).toMatchObject({ rejected: 1 });
    const last = decodeMetrics(otlp.requests.at(-1)!.body, 'application/x-protobuf');
    expect(last[0]!.points[0]!.count).toBe(2);
  });

  it('says that a part was handed off', async () => {
    const otlp = recordedOtlp({ answer: (request) => ({ ...ok, handedOff: kindOf(request) === 'logs' }) });
    expect(await otlp.sink.write(batch, context)).toMatchObject({ handedOff: true });
  });

  it('sends nothing when a part is too large', async () => {
    const otlp = recordedOtlp({ maxBodyBytes: 450 });
    const many = [spanSignal(), ...Array.from({ length: 20 }, () => logSignal()), profileSignal()];
    await expect(otlp.sink.write(many, context)).rejects.toMatchObject({ tooLarge: true });
    expect(otlp.requests).toEqual([]);
  });
});
