import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../../src/core/sink.ts';
import { readGrpcAnswer } from '../../src/core/sinks/otlp/grpc-answer.ts';
import type { OtlpAnswer } from '../../src/core/sinks/otlp/answer.ts';
import type { OtlpEndpoint, OtlpKind } from '../../src/core/sinks/otlp/otlp-options.ts';
import type { HttpResponse } from '../../src/core/transport.ts';
import { retryInfo } from '../helpers/grpc-receiver.ts';

const endpoint: OtlpEndpoint = {
  url: 'https://collector.test:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  headers: { 'x-api-key': 'secret-of-the-test' },
  protocol: 'grpc',
  compression: 'none',
  timeout: undefined,
  tls: undefined,
};

function answer(headers: Record<string, unknown>, { status = 200, body = new Uint8Array() }: Partial<HttpResponse> = {}): HttpResponse {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return { status, headers: { 'content-type': 'application/grpc', ...texts }, body, handedOff: false };
}

const read = (response: HttpResponse, kind: OtlpKind = 'traces'): OtlpAnswer | undefined => readGrpcAnswer(response, endpoint, kind, 0);

function failure(response: HttpResponse, kind?: OtlpKind): DeliveryError {
  try {
    read(response, kind);
  } catch (error) {
    if (error instanceof DeliveryError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const where = 'gRPC https://collector.test:4317 answered';

describe('a status of 0', () => {
  it('means that all was taken', () => {
    expect(read(answer({ 'grpc-status': 0 }))).toBeUndefined();
  });

  it('may come with what was refused, and why', () => {
    const body = Uint8Array.from([10, 10, 8, 2, 18, 6, ...new TextEncoder().encode('so old')]);
    expect(read(answer({ 'grpc-status': 0 }, { body }))).toEqual({ rejected: 2, message: 'so old' });
  });
});

describe('another status', () => {
  // https://opentelemetry.io/docs/specs/otlp/#failures
  it.each([
    [1, 'CANCELLED', true],
    [2, 'UNKNOWN', false],
    [3, 'INVALID_ARGUMENT', false],
    [4, 'DEADLINE_EXCEEDED', true],
    [5, 'NOT_FOUND', false],
    [6, 'ALREADY_EXISTS', false],
    [7, 'PERMISSION_DENIED', false],
    [8, 'RESOURCE_EXHAUSTED', false],
    [9, 'FAILED_PRECONDITION', false],
    [10, 'ABORTED', true],
    [11, 'OUT_OF_RANGE', true],
    [12, 'UNIMPLEMENTED', false],
    [13, 'INTERNAL', false],
    [14, 'UNAVAILABLE', true],
    [15, 'DATA_LOSS', true],
    [16, 'UNAUTHENTICATED', false],
  ])('%i is %s; again later: %s', (code, name, retryable) => {
    const error = failure(answer({ 'grpc-status': code, 'grpc-message': 'said' }));
    expect(error).toMatchObject({ retryable, tooLarge: false, retryAfter: undefined });
    expect(error.message).toMatch(new RegExp(`^${where} ${name}: said( \\(.*\\))?$`));
  });

  it.each([['99'], ['-1'], ['a lot of words'], ['']])('that nobody knows is a failure: %j', (status) => {
    expect(failure(answer({ 'grpc-status': status }))).toMatchObject({ retryable: false });
  });

  it('says what to look at', () => {
    expect(failure(answer({ 'grpc-status': 16 })).message).toBe(`${where} UNAUTHENTICATED (check the headers)`);
    expect(failure(answer({ 'grpc-status': 7, 'grpc-message': 'no' })).message).toBe(`${where} PERMISSION_DENIED: no (check the headers)`);
    const noLogs = answer({ 'grpc-status': 12, 'grpc-message': 'unknown service opentelemetry.proto.collector.logs.v1.LogsService' });
    expect(failure(noLogs, 'logs').message).toMatch(/^gRPC .* answered UNIMPLEMENTED: unknown service .* \(it does not take logs\)$/);
    const noGzip = answer({ 'grpc-status': 12, 'grpc-message': 'grpc: Decompressor is not installed for grpc-encoding "gzip"' });
    expect(failure(noGzip).message).toMatch(/ \(it does not take this compression\)$/);
  });

  it.each([
    ['a%20b%0Ac %E2%98%83', 'a b c ☃'],
    ['100%', '100%'],
    ['%zz %20', '%zz %20'],
  ])('has a message that is percent-encoded: %j', (given, expected) => {
    expect(failure(answer({ 'grpc-status': 14, 'grpc-message': given })).message).toBe(`${where} UNAVAILABLE: ${expected}`);
  });

  it('is quoted in short, and without what we sent ourselves', () => {
    const { message } = failure(answer({ 'grpc-status': 16, 'grpc-message': `no secret-of-the-test ${'x'.repeat(10_000)}` }));
    expect(message).toContain('no [redacted] xxx');
    expect(message.length).toBeLessThan(300);
  });
});

describe('a time to wait', () => {
  it.each([
    [14, retryInfo(5), 5_000],
    [14, retryInfo(0, 250_000_000), 250],
    [8, retryInfo(30), 30_000],
    [8, retryInfo(0), 0],
  ])('is that of RetryInfo: status %i', (status, headers, retryAfter) => {
    expect(failure(answer({ 'grpc-status': status, ...headers }))).toMatchObject({ retryable: true, retryAfter });
  });

  it('does not make worth retrying what is not', () => {
    expect(failure(answer({ 'grpc-status': 3, ...retryInfo(5) }))).toMatchObject({ retryable: false });
  });

  it.each(['', '!', 'AAAA', 'Cg', Buffer.from([26, 255, 255, 255, 255, 15, 1]).toString('base64'), Buffer.from([26, 2, 10, 0]).toString('base64')])(
    'that cannot be read is not there: %j',
    (details) => {
      expect(failure(answer({ 'grpc-status': 8, 'grpc-status-details-bin': details }))).toMatchObject({ retryable: false, retryAfter: undefined });
    },
  );
});

describe('a message that is too large for the receiver', () => {
  it.each([
    [8, 'grpc: received message larger than max (5000000 vs. 4194304)'],
    [8, 'grpc: received message after decompression larger than max 4194304'],
    [8, 'Received message larger than max (5000000 vs. 4194304)'],
    [8, 'gRPC message exceeds maximum size 4194304: 5000000'],
    [8, 'Received message exceeds the maximum configured message size.'],
    [11, 'Error, decoded message length too large: found 5000000 bytes, the limit is: 4194304 bytes'],
  ])('is said in many ways: %i %s', (status, message) => {
    expect(failure(answer({ 'grpc-status': status, 'grpc-message': message }))).toMatchObject({ tooLarge: true, retryable: false });
  });

  it('is not one whose sender had too much in all', () => {
    expect(failure(answer({ 'grpc-status': 8, 'grpc-message': 'quota exceeded' }))).toMatchObject({ tooLarge: false, retryable: false });
  });
});

describe('an answer without a status', () => {
  // https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
  it.each([
    [400, 'INTERNAL', false],
    [401, 'UNAUTHENTICATED', false],
    [403, 'PERMISSION_DENIED', false],
    [404, 'UNIMPLEMENTED', false],
    [429, 'UNAVAILABLE', true],
    [502, 'UNAVAILABLE', true],
    [503, 'UNAVAILABLE', true],
    [504, 'UNAVAILABLE', true],
    [500, 'UNKNOWN', false],
    [204, 'UNKNOWN', false],
    [307, 'UNKNOWN', false],
  ])('has that of HTTP: %i is %s; again later: %s', (status, name, retryable) => {
    const error = failure(answer({ 'content-type': 'text/html' }, { status }));
    expect(error).toMatchObject({ retryable });
    expect(error.message).toMatch(new RegExp(`^${where} HTTP ${status} \\(${name}\\)`));
  });

  it('did not come from a receiver when it is a page', () => {
    expect(failure(answer({ 'content-type': 'text/html; charset=utf-8' })).message).toBe(`${where} with text/html: not an OTLP receiver for gRPC`);
  });

  it('is a failure also when all else is right', () => {
    const error = failure(answer({}));
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).toBe(`${where} without a status`);
  });
});
