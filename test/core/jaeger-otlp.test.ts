import { describe, expect, it } from 'vitest';
import type { HttpSinkOptions } from '../../src/core/sinks/http/http-sink-options.ts';
import { jaegerSinkFactory } from '../../src/core/sinks/jaeger/jaeger-sink-factory.ts';
import type { JaegerHost } from '../../src/core/sinks/jaeger/jaeger-sink-factory.ts';
import { otlpGrpc } from '../../src/core/sinks/otlp/otlp-grpc.ts';
import { decodeTraces } from '../helpers/decode-otlp.ts';
import { recordedHttp } from '../helpers/recorded-http.ts';
import { logSignal, metricSignal, spanSignal, traceOf } from '../helpers/signals.ts';

async function sentBy(options?: HttpSinkOptions, host: Partial<JaegerHost> = {}) {
  const http = recordedHttp();
  const sink = jaegerSinkFactory({ ...http.host, ...host })(options);
  await http.write(sink, [spanSignal()], { 'service.name': 'Shop' });
  return { ...http, sink, request: http.requests[0]! };
}

describe('the Jaeger sink', () => {
  it('sends spans over OTLP', async () => {
    const { request, sink } = await sentBy();
    expect(sink.name).toBe('jaeger');
    expect(request).toMatchObject({ url: 'http://localhost:4318/v1/traces', headers: { 'content-type': 'application/x-protobuf' } });
    expect(decodeTraces(request.body, 'application/x-protobuf')).toMatchObject([{ name: 'work', resource: { 'service.name': 'Shop' } }]);
  });

  it('takes sampled spans, and nothing else', async () => {
    const { sink } = await sentBy();
    const unsampled = spanSignal({ trace: { ...traceOf(1), sampled: false } });
    expect([spanSignal(), unsampled, logSignal(), metricSignal()].map((signal) => sink.accepts?.(signal))).toEqual([true, false, false, false]);
  });

  it.each([
    ['http://jaeger.test:4318', 'http://jaeger.test:4318/v1/traces'],
    ['https://jaeger.test/otlp/', 'https://jaeger.test/otlp/v1/traces'],
    ['http://jaeger.test:4318/v1/traces', 'http://jaeger.test:4318/v1/traces'],
    ['http://jaeger.test/api/traces/v1', 'http://jaeger.test/api/traces/v1/v1/traces'],
  ])('with the endpoint %s sends to %s', async (endpoint, url) => {
    expect((await sentBy({ endpoint })).request.url).toBe(url);
  });

  it('sends headers, and credentials of the endpoint as one', async () => {
    const { request } = await sentBy({ endpoint: 'http://us%40er:p%C3%A4ss@jaeger.test', headers: { 'X-Api-Key': 'abc' } });
    expect(request.url).toBe('http://jaeger.test/v1/traces');
    expect(request.headers).toMatchObject({ authorization: `Basic ${Buffer.from('us@er:päss').toString('base64')}`, 'x-api-key': 'abc' });
  });

  it('takes the address of a variable where the code says nothing, and says what is wrong', async () => {
    const address = { url: 'http://variable.test:4318/', headers: { authorization: 'Basic x' } };
    const host: Partial<JaegerHost> = { readVariables: (warn) => (warn('a variable is wrong'), { address, timeout: 5 }) };
    const { request, warnings } = await sentBy({}, host);
    expect(request).toMatchObject({ url: 'http://variable.test:4318/v1/traces', headers: { authorization: 'Basic x' } });
    expect(warnings).toEqual(['a variable is wrong']);
    expect((await sentBy({ endpoint: 'http://code.test' }, host)).request.headers).not.toHaveProperty('authorization');
  });

  it('sends over gRPC to its port, where the host can', async () => {
    const { host, requests } = recordedHttp({ answer: () => ({ headers: { 'grpc-status': '0' } }) });
    await sentBy({ endpoint: 'http://jaeger.test:4317' }, { grpc: otlpGrpc(host.createTransport) });
    expect(requests.map(({ url }) => url)).toEqual(['http://jaeger.test:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export']);
  });

  it('is a ConfigurationError for the port of gRPC on a host that has none', async () => {
    await expect(sentBy({ endpoint: 'http://jaeger.test:4317' })).rejects.toThrow(/^jaegerSink\.endpoint: expected .*4318.*\(did you mean http:\/\/jaeger\.test:4318\?\)$/);
  });

  it.each<[unknown, string]>([
    [{ endpoint: 'jaeger:4318' }, 'jaegerSink.endpoint: expected an http or https URL like http://localhost:4318, credentials percent-encoded, received string (did you mean http://jaeger:4318?)'],
    [{ headers: [] }, 'jaegerSink.headers: expected an object of strings, received object'],
    [{ protocol: 'grpc' }, 'jaegerSink.protocol: expected one of the options endpoint, headers, received an unknown option'],
    [null, 'jaegerSink: expected an object of options, received object'],
  ])('with %j is a ConfigurationError', async (options, message) => {
    await expect(sentBy(options as HttpSinkOptions)).rejects.toThrow(message);
  });
});
