import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../src/core/sinks/otlp/answer.ts';
import type { OtlpEndpoint, OtlpKind } from '../../src/core/sinks/otlp/otlp-options.ts';
import { DeliveryError } from '../../src/core/sink.ts';
import type { HttpResponse } from '../../src/core/transport.ts';

interface Encoder {
  encode(message: object): { finish(): Uint8Array };
}
/** The official encoders: what a receiver would send. */
const { v1: trace } = official('trace');
const { v1: logs } = official('logs');
const { v1: metrics } = official('metrics');

function official(kind: string): { readonly v1: Readonly<Record<string, Encoder>> } {
  const { opentelemetry } = createRequire(import.meta.url)('otlp-decoder/build/src/generated/root.js');
  return opentelemetry.proto.collector[kind];
}

const endpoint: OtlpEndpoint = {
  url: 'http://collector:4318/v1/traces?tenant=s3cr3t',
  headers: { 'x-api-key': 'k3y-of-ours', authorization: 'Bearer t0ken-of-ours' },
  protocol: 'http/protobuf',
  compression: 'none',
  timeout: undefined,
  tls: undefined,
};
const now = Date.parse('2024-05-06T07:08:00.250Z');
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const json = { 'content-type': 'application/json; charset=utf-8' };
const protobuf = { 'content-type': 'application/x-protobuf' };
const html = { 'content-type': 'text/html; charset=utf-8' };

function answer(status: number, headers: HttpResponse['headers'] = {}, body: Uint8Array | string = ''): HttpResponse {
  return { status, headers, body: typeof body === 'string' ? text(body) : body, handedOff: false };
}

function read(response: HttpResponse, kind: OtlpKind = 'traces', given: Partial<OtlpEndpoint> = {}): unknown {
  return readAnswer(response, { ...endpoint, ...given }, kind, now);
}

function errorOf(response: HttpResponse, given: Partial<OtlpEndpoint> = {}): DeliveryError {
  try {
    read(response, 'traces', given);
  } catch (error) {
    if (error instanceof DeliveryError) return error;
    throw error;
  }
  throw new Error('expected a DeliveryError');
}

const messageOf = (response: HttpResponse, given?: Partial<OtlpEndpoint>): string => errorOf(response, given).message;

/** `google.rpc.Status`: a code, a message, details. */
function status(words: string): Uint8Array {
  const message = text(words);
  return Uint8Array.of(0x08, 3, 0x12, (message.length & 0x7f) | 0x80, message.length >> 7, ...message, 0x1a, 2, 0x0a, 0);
}

describe('a batch is delivered', () => {
  it.each([
    ['with an empty body', answer(200, protobuf)],
    ['with an empty object', answer(200, json, '{}')],
    ['with nothing to say', answer(204)],
    ['with 202', answer(202, {}, 'accepted')],
    ['with words that are no message', answer(200, { 'content-type': 'text/plain' }, 'OK')],
    ['with JSON that is none', answer(200, json, '{"partialSuccess":')],
    ['with JSON of another kind', answer(200, json, '[null]')],
    ['with null for a partial success', answer(200, json, '{"partialSuccess":null}')],
    ['with an empty partial success', answer(200, protobuf, trace['ExportTraceServiceResponse']!.encode({ partialSuccess: {} }).finish())],
    ['with a message that ends within a number', answer(200, protobuf, Uint8Array.of(0x0a, 0xff, 0xff))],
    ['with a message that ends within a text', answer(200, protobuf, Uint8Array.of(0x0a, 9, 0x12, 200))],
    ['with 64 KiB of noise', answer(200, protobuf, new Uint8Array(65_536).fill(0xff))],
    ['with a count below zero, as text', answer(200, json, '{"partialSuccess":{"rejectedSpans":"-1"}}')],
    ['with a count below zero', answer(200, protobuf, trace['ExportTraceServiceResponse']!.encode({ partialSuccess: { rejectedSpans: -1 } }).finish())],
    ['with a count that breaks arithmetic', answer(200, json, '{"partialSuccess":{"rejectedSpans":{"toString":1,"valueOf":1}}}')],
    ['with a count that is none', answer(200, json, '{"partialSuccess":{"rejectedSpans":"many"}}')],
  ])('%s', (_, response) => {
    expect(read(response)).toBeUndefined();
  });

  it('but for the part that was refused, and the receiver says why', () => {
    const errorMessage = 'spans too old';
    const refused = { rejected: 300, message: errorMessage };
    const binary = (given: object, kind: 'trace' | 'logs' | 'metrics'): HttpResponse => {
      const type = { trace: trace['ExportTraceServiceResponse'], logs: logs['ExportLogsServiceResponse'], metrics: metrics['ExportMetricsServiceResponse'] }[kind];
      return answer(200, protobuf, type!.encode({ partialSuccess: { ...given, errorMessage } }).finish());
    };
    const written = (given: object): HttpResponse => answer(200, json, JSON.stringify({ partialSuccess: { ...given, errorMessage } }));
    expect(read(binary({ rejectedSpans: 300 }, 'trace'), 'traces')).toEqual(refused);
    expect(read(binary({ rejectedLogRecords: 300 }, 'logs'), 'logs')).toEqual(refused);
    expect(read(binary({ rejectedDataPoints: 300 }, 'metrics'), 'metrics')).toEqual(refused);
    expect(read(written({ rejectedSpans: 300 }), 'traces')).toEqual(refused);
    expect(read(written({ rejectedLogRecords: '300' }), 'logs')).toEqual(refused);
    expect(read(written({ rejectedDataPoints: '300' }), 'metrics')).toEqual(refused);
  });

  it('whole, with a warning', () => {
    const response = answer(200, protobuf, trace['ExportTraceServiceResponse']!.encode({ partialSuccess: { errorMessage: 'use v2' } }).finish());
    expect(read(response)).toEqual({ rejected: 0, message: 'use v2' });
  });

  it('when the JSON begins with a line break', () => {
    expect(read(answer(200, json, '\n{"partialSuccess":{"rejectedSpans":2}}'))).toMatchObject({ rejected: 2 });
  });

  it('when the receiver forgets to say that it answers in JSON', () => {
    expect(read(answer(200, {}, '{"partialSuccess":{"rejectedSpans":"2"}}'))).toMatchObject({ rejected: 2 });
  });

  it('or on its way, when the browser took it', () => {
    expect(read({ ...answer(0), handedOff: true })).toEqual({ handedOff: true });
  });
});

describe('a batch may be tried again', () => {
  it.each([429, 502, 503, 504])('after %i', (code) => {
    expect(errorOf(answer(code))).toMatchObject({ retryable: true, retryAfter: undefined, tooLarge: false });
  });

  it.each([300, 304, 400, 401, 403, 404, 405, 408, 415, 418, 500, 501, 505, 599, 0, 101])('but not after %i', (code) => {
    expect(errorOf(answer(code))).toMatchObject({ retryable: false, tooLarge: false });
  });

  it('in smaller parts after 413', () => {
    expect(errorOf(answer(413))).toMatchObject({ retryable: false, tooLarge: true });
  });

  it.each([
    ['3', 3_000],
    ['0', 0],
    ['Mon, 06 May 2024 07:08:10 GMT', 9_750],
    ['Mon, 06 May 2024 07:08:00 GMT', undefined],
    ['Mon, 06 May 2019 07:08:00 GMT', undefined],
    ['-3', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['soon GMT', undefined],
    ['', undefined],
    ['9'.repeat(400), undefined],
  ])('when the receiver asks: Retry-After %j', (header, wait) => {
    expect(errorOf(answer(503, { 'retry-after': header })).retryAfter).toBe(wait);
  });
});

describe('a refusal says', () => {
  it.each([
    ['the address without its query, and the status', answer(500), 'POST http://collector:4318/v1/traces answered 500'],
    ['what to check: the headers', answer(401), 'POST http://collector:4318/v1/traces answered 401 (check the headers)'],
    ['what to check: the path', answer(404, html, '<h1>404</h1>'), 'POST http://collector:4318/v1/traces answered 404 (check the path of the endpoint)'],
    [
      'what to try',
      answer(415),
      'POST http://collector:4318/v1/traces answered 415 (sent as http/protobuf: try the other protocol)',
    ],
    [
      "the receiver's words, in protobuf",
      answer(400, protobuf, status('bad span id')),
      'POST http://collector:4318/v1/traces answered 400: bad span id (sent as http/protobuf: try the other protocol)',
    ],
    ["the receiver's words, in JSON", answer(503, json, '{"code":14,"message":"queue is full"}'), 'POST http://collector:4318/v1/traces answered 503: queue is full'],
    ["the receiver's words, in text", answer(403, { 'content-type': 'text/plain' }, 'no such tenant\n'), 'POST http://collector:4318/v1/traces answered 403: no such tenant (check the headers)'],
    ['that it is no receiver', answer(200, html, '<title>Login</title>'), 'POST http://collector:4318/v1/traces answered 200 with text/html: not an OTLP receiver'],
    ['that it is no receiver, in capitals', answer(200, { 'content-type': 'Text/HTML' }, '<p>'), 'POST http://collector:4318/v1/traces answered 200 with text/html: not an OTLP receiver'],
    ['that it is no receiver, by its page alone', answer(200, {}, '<!doctype html>'), 'POST http://collector:4318/v1/traces answered 200 with text/html: not an OTLP receiver'],
    [
      'where it leads, but not the whole way',
      answer(307, { location: 'https://user:pa55@other.example/in?token=s3cr3t' }),
      'POST http://collector:4318/v1/traces redirects to https://other.example (307): set the endpoint to it',
    ],
    [
      'where it leads on the same host',
      answer(308, { location: '/otlp/s3cr3t' }),
      'POST http://collector:4318/v1/traces redirects to http://collector:4318 (308): set the endpoint to it',
    ],
    ['that it leads nowhere', answer(302, { location: 'http://[' }), 'POST http://collector:4318/v1/traces redirects to another address (302): set the endpoint to it'],
    ['that a browser hides where it leads', answer(0), 'POST http://collector:4318/v1/traces redirects to another address: set the endpoint to it'],
  ])('%s', (_, response, message) => {
    expect(messageOf(response)).toBe(message);
  });

  it('that the port is for gRPC', () => {
    const given = { url: 'http://collector:4317/v1/traces' };
    expect(messageOf(answer(400), given)).toMatch(/; port 4317 is for gRPC, OTLP over HTTP is at 4318$/);
    expect(messageOf(answer(200, html), given)).toMatch(/; port 4317 is for gRPC/);
  });

  it('foreign words on one line, short, without what controls a terminal', () => {
    const plain = { 'content-type': 'text/plain' };
    expect(messageOf(answer(500, plain, 'a\r\n\u001b[31mred\u0000\u202e b'))).toMatch(/: a \[31mred b$/);
    const { message } = errorOf(answer(500, plain, `x${'y'.repeat(70_000)}`));
    expect(message.length).toBeLessThan(300);
    expect(messageOf(answer(500, json, '{"message":{"not":"text"}}'))).toMatch(/answered 500$/);
    expect(messageOf(answer(500, protobuf, new Uint8Array(65_536).fill(0x80)))).toMatch(/answered 500$/);
  });

  it('never our own secrets', () => {
    const echo = 'invalid key k3y-of-ours and token t0ken-of-ours in Bearer t0ken-of-ours';
    for (const response of [
      answer(401, { 'content-type': 'text/plain' }, echo),
      answer(401, json, JSON.stringify({ message: echo })),
      answer(401, protobuf, status(echo)),
    ]) {
      expect(messageOf(response)).toContain('invalid key [redacted]');
      expect(messageOf(response)).not.toMatch(/k3y|t0ken-|s3cr3t/);
    }
    expect(JSON.stringify(read(answer(200, json, JSON.stringify({ partialSuccess: { errorMessage: echo } }))))).not.toMatch(/k3y|t0ken-/);
  });
});
