import { describe, expect, it } from 'vitest';
import type { ErrorSignal, LogSignal, SerializedError, Signal } from '../../src/core/signal.ts';
import { protocols, recordedOtlp } from '../helpers/recorded-otlp.ts';
import { errorSignal, logSignal, requestSignal, responseSignal, traceOf } from '../helpers/signals.ts';

const resource = { 'service.name': 'shop' };

describe.each(protocols)('over %s', (protocol) => {
  const decoded = async (signal: Signal) => {
    const logs = await recordedOtlp({ protocol, resource }).logs(signal);
    expect(logs).toHaveLength(1);
    return logs[0]!;
  };

  it('every kind of log record carries when, where, in which session and request it happened', async () => {
    const fields = {
      timestamp: 1_700_000_000_000.25,
      trace: traceOf(5),
      requestId: 'req-7',
      sessionId: 'a'.repeat(32),
      attributes: { ...resource, tenant: 'acme', list: [1, 2], 'arkhe.attributes_dropped': 2 },
    };
    for (const signal of [requestSignal(fields), responseSignal(fields), errorSignal(fields), logSignal(fields)]) {
      const log = await decoded(signal);
      // A response is told of when it ended.
      const time = signal.kind === 'response' ? '1700000000010250000' : '1700000000000250000';
      expect(log).toMatchObject({
        timeUnixNano: time,
        observedTimeUnixNano: time,
        traceId: traceOf(5).traceId,
        spanId: traceOf(5).spanId,
        flags: 1,
        droppedAttributesCount: 2,
        resource: { ...resource, 'telemetry.sdk.language': 'nodejs' },
        scope: { name: '@arkhe/observability' },
        attributes: { tenant: 'acme', list: [1, 2], 'session.id': 'a'.repeat(32), 'arkhe.request_id': 'req-7' },
      });
      expect('service.name' in log.attributes).toBe(false);
    }
  });

  it('a record outside of any trace has no identifiers', async () => {
    expect(await decoded(logSignal())).toMatchObject({ traceId: '', spanId: '', flags: 0 });
    expect(await decoded(logSignal({ trace: { traceId: 'x', spanId: 'y', sampled: true } }))).toMatchObject({ traceId: '', spanId: '' });
  });

  it.each([{}, [], null])('what says nothing is left out: %j', async (empty) => {
    expect((await decoded(requestSignal({ params: empty }))).attributes).not.toHaveProperty('arkhe.params');
    expect((await decoded(responseSignal({ data: empty }))).attributes).not.toHaveProperty('arkhe.data');
    expect((await decoded(logSignal({ context: empty }))).attributes).not.toHaveProperty('arkhe.context');
  });

  it('a record of a trace that is not exported says so', async () => {
    expect((await decoded(logSignal({ trace: { ...traceOf(1), sampled: false } }))).flags).toBe(0);
  });

  it('a request is an event with the conventions\' attributes', async () => {
    const log = await decoded(requestSignal({ params: { id: 42, nested: { list: [1, null, 'x'] } }, headers: { 'content-type': 'text/plain' } }));
    expect(log).toMatchObject({ eventName: 'arkhe.request', body: 'GET /orders', severityNumber: 9, severityText: 'INFO' });
    expect(log.attributes).toEqual({
      'arkhe.request_id': 'req-1',
      'http.request.method': 'GET',
      'url.path': '/orders',
      'http.request.header.content-type': ['text/plain'],
      'arkhe.params': { id: 42, nested: { list: [1, null, 'x'] } },
    });
  });

  it('a response is an event with its status, duration and data', async () => {
    const log = await decoded(responseSignal({ duration: 12.5, data: [{ ok: true }] }));
    expect(log).toMatchObject({ eventName: 'arkhe.response', body: 'GET /orders', severityNumber: 9, severityText: 'INFO' });
    expect(log.attributes).toEqual({
      'arkhe.request_id': 'req-1',
      'http.request.method': 'GET',
      'url.path': '/orders',
      'http.response.status_code': 200,
      'arkhe.duration_ms': 12.5,
      'arkhe.data': [{ ok: true }],
    });
  });

  it('a failed response says why', async () => {
    const error = { type: 'TypeError', message: 'x is not a function', stack: 'TypeError: x is not a function\n    at y' };
    expect(await decoded(responseSignal({ status: 'error', statusCode: 500, error }))).toMatchObject({
      severityNumber: 17,
      severityText: 'ERROR',
      attributes: { 'error.type': 'TypeError', 'exception.type': 'TypeError', 'exception.message': error.message, 'exception.stacktrace': error.stack },
    });
    expect((await decoded(responseSignal({ status: 'error', statusCode: 503 }))).attributes['error.type']).toBe('503');
    expect((await decoded(responseSignal({ status: 'error', statusCode: undefined }))).attributes['error.type']).toBe('_OTHER');
    expect('error.type' in (await decoded(responseSignal())).attributes).toBe(false);
  });

  it('an error is an exception with its context and the steps before it', async () => {
    const breadcrumbs: ErrorSignal['breadcrumbs'] = [
      { category: 'ui', message: 'click', timestamp: 1_700_000_000_000, level: 'info', attributes: { target: 'button#pay' } },
    ];
    const log = await decoded(errorSignal({ handled: false, level: 'fatal', context: { cart: { items: 3 } }, breadcrumbs }));
    expect(log).toMatchObject({ eventName: 'exception', body: 'x is not a function', severityNumber: 21, severityText: 'FATAL' });
    expect(log.attributes).toEqual({
      'exception.type': 'TypeError',
      'exception.message': 'x is not a function',
      'arkhe.handled': false,
      'arkhe.context': { cart: { items: 3 } },
      'arkhe.breadcrumbs': breadcrumbs,
      'log.record.uid': '0123456789abcdef0123456789abcdef',
    });
  });

  it('a hundred steps with attributes are all there', async () => {
    const attributes = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`key${index}`, index]));
    const breadcrumbs = Array.from({ length: 100 }, (_, index) => ({ category: 'c', message: `step ${index}`, timestamp: index, level: 'info' as const, attributes }));
    expect((await decoded(errorSignal({ breadcrumbs }))).attributes['arkhe.breadcrumbs']).toEqual(breadcrumbs);
  });

  it('a stack trace goes on with the causes and the errors inside', async () => {
    const cause: SerializedError = { type: 'RangeError', message: 'too far', stack: 'RangeError: too far\n    at b', cause: { type: 'string', message: 'why' } };
    const error: SerializedError = { type: 'AggregateError', message: 'all', stack: 'AggregateError: all\n    at a', cause, errors: [{ type: 'Error', message: 'one' }] };
    expect((await decoded(errorSignal({ error }))).attributes['exception.stacktrace']).toBe(
      'AggregateError: all\n    at a\nSuppressed: Error: one\nCaused by: RangeError: too far\n    at b\nCaused by: string: why',
    );
  });

  it('a stack trace has an end even if an error is its own cause', async () => {
    const error = { type: 'Error', message: 'loop', cause: undefined as SerializedError | undefined, errors: [] as SerializedError[] };
    error.cause = error;
    error.errors.push(error, error);
    const stack = (await decoded(errorSignal({ error }))).attributes['exception.stacktrace'] as string;
    expect(stack.match(/Error: loop/g)).toHaveLength(50);
  });

  it.each([
    ['trace', 1],
    ['debug', 5],
    ['info', 9],
    ['warn', 13],
    ['error', 17],
    ['fatal', 21],
  ] as const)('a message of the level %s has the severity %i', async (level, severityNumber) => {
    const log = await decoded(logSignal({ level, severityNumber, message: 'placed ☕', context: { user: 'u1' } }));
    expect(log).toMatchObject({ eventName: 'arkhe.message', body: 'placed ☕', severityNumber, severityText: level.toUpperCase() });
    expect(log.attributes).toEqual({ 'log.record.uid': 'fedcba9876543210fedcba9876543210', 'arkhe.context': { user: 'u1' } });
  });

  it('the severity within a level is kept', async () => {
    expect((await decoded(logSignal({ level: 'warn', severityNumber: 15 }))).severityNumber).toBe(15);
    expect((await decoded(logSignal({ level: 'warn', severityNumber: Number.NaN }))).severityNumber).toBe(13);
  });

  it('the attributes somebody gave win over ours', async () => {
    const log = await decoded(requestSignal({ attributes: { 'url.path': '/orders/:id', mine: 1 } }));
    expect(log.attributes).toMatchObject({ 'url.path': '/orders/:id', mine: 1, 'http.request.method': 'GET' });
  });

  it('a context of an operator\'s making is text where the protocol has nothing better', async () => {
    const context = { when: new Date(0), big: 10n, set: new Set([1]), list: [undefined, () => 1], huge: 1e300, half: '\ud800' };
    const log = await decoded(logSignal({ context }));
    expect(log.attributes['arkhe.context']).toEqual({
      when: '1970-01-01T00:00:00.000Z',
      big: '10',
      set: '[object Set]',
      list: [null, '() => 1'],
      huge: 1e300,
      half: '\ufffd',
    });
  });

  it('one that cannot be read does not hold up the others', async () => {
    const otlp = recordedOtlp({ protocol });
    const broken = errorSignal({ error: null as never });
    const unreadable = new Proxy(logSignal(), {
      get() {
        throw new Error('no');
      },
    }) as LogSignal;
    expect(await otlp.channel('logs').write([logSignal(), broken, unreadable], { abortSignal: new AbortController().signal, leaving: false })).toEqual({ rejected: 2 });
    expect(otlp.requests).toHaveLength(1);
  });
});
