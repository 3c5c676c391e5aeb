import {
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
  ATTR_HTTP_REQUEST_HEADER,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_HEADER,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  HTTP_REQUEST_METHOD_VALUE_OTHER,
} from '@opentelemetry/semantic-conventions';
import { describe, expect, it } from 'vitest';
import type { ErrorSignal, LogSignal, ResponseSignal, SerializedError, Signal } from '../../src/core/signal.ts';
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
    const log = await decoded(requestSignal({ side: 'server', path: '/orders?page=2&q=a?b', params: { id: 42, nested: { list: [1, null, 'x'] } }, headers: { 'content-type': 'text/plain' } }));
    expect(log).toMatchObject({ eventName: 'arkhe.request', body: 'GET /orders', severityNumber: 9, severityText: 'INFO' });
    expect(log.attributes).toEqual({
      'arkhe.request_id': 'req-1',
      'arkhe.side': 'server',
      [ATTR_HTTP_REQUEST_METHOD]: 'GET',
      [ATTR_URL_PATH]: '/orders',
      [ATTR_URL_QUERY]: 'page=2&q=a?b',
      [ATTR_HTTP_REQUEST_HEADER('content-type')]: ['text/plain'],
      'arkhe.params': { id: 42, nested: { list: [1, null, 'x'] } },
    });
  });

  it('a response is an event with its status, duration, headers and bodies', async () => {
    const log = await decoded(responseSignal({ side: 'server', path: '/orders?page=2', duration: 12.5, params: { id: '42' }, headers: { 'content-length': '7', 'x-trace': 'a, b' }, requestData: { items: [1] }, data: [{ ok: true }] }));
    expect(log).toMatchObject({ eventName: 'arkhe.response', body: 'GET /orders', severityNumber: 9, severityText: 'INFO' });
    expect(log.attributes).toEqual({
      'arkhe.request_id': 'req-1',
      'arkhe.side': 'server',
      'arkhe.status': 'success',
      'arkhe.params': { id: '42' },
      [ATTR_HTTP_REQUEST_METHOD]: 'GET',
      [ATTR_URL_PATH]: '/orders',
      [ATTR_URL_QUERY]: 'page=2',
      [ATTR_HTTP_RESPONSE_STATUS_CODE]: 200,
      [ATTR_HTTP_RESPONSE_HEADER('content-length')]: ['7'],
      [ATTR_HTTP_RESPONSE_HEADER('x-trace')]: ['a, b'],
      'arkhe.duration_ms': 12.5,
      'arkhe.request_data': { items: [1] },
      'arkhe.data': [{ ok: true }],
    });
  });

  it('a method that is not known is another one, and what it was', async () => {
    for (const build of [requestSignal, responseSignal]) {
      const { attributes } = await decoded(build({ side: 'server', method: 'BREW', path: '/pot' }));
      expect(attributes).toMatchObject({ [ATTR_HTTP_REQUEST_METHOD]: HTTP_REQUEST_METHOD_VALUE_OTHER, [ATTR_HTTP_REQUEST_METHOD_ORIGINAL]: 'BREW', [ATTR_URL_PATH]: '/pot' });
      expect((await decoded(build({ method: 'get' }))).attributes).toMatchObject({ [ATTR_HTTP_REQUEST_METHOD]: 'GET', [ATTR_HTTP_REQUEST_METHOD_ORIGINAL]: 'get' });
    }
  });

  it('a pipeline is no HTTP', async () => {
    for (const build of [requestSignal, responseSignal]) {
      const { attributes } = await decoded(build({ method: 'TRAIN', path: 'training_pipeline?' }));
      expect(attributes).toMatchObject({ 'arkhe.method': 'TRAIN', 'arkhe.path': 'training_pipeline?' });
      expect(Object.keys(attributes).filter((key) => /^(url|http\.request)/.test(key))).toEqual([]);
    }
  });

  it('a client says the whole address, or the path in its own origin', async () => {
    const elsewhere = await decoded(responseSignal({ side: 'client', path: 'https://api.test:8443/orders?page=2' }));
    expect(elsewhere.attributes).toMatchObject({ 'arkhe.side': 'client', [ATTR_URL_FULL]: 'https://api.test:8443/orders?page=2', [ATTR_URL_PATH]: '/orders', [ATTR_URL_QUERY]: 'page=2' });
    const own = await decoded(responseSignal({ side: 'client', path: '/orders' }));
    expect(own.attributes).toMatchObject({ [ATTR_URL_PATH]: '/orders' });
    expect(own.attributes).not.toHaveProperty([ATTR_URL_FULL]);
    expect(own.attributes).not.toHaveProperty([ATTR_URL_QUERY]);
    // A server's own target may be a whole one, which is for a proxy to know.
    const proxied = await decoded(responseSignal({ side: 'server', path: 'http://shop.test/orders?a=1' }));
    expect(proxied.attributes).toMatchObject({ [ATTR_URL_PATH]: '/orders', [ATTR_URL_QUERY]: 'a=1' });
    expect(proxied.attributes).not.toHaveProperty([ATTR_URL_FULL]);
  });

  it.each<[string, Partial<ResponseSignal>, number, string, string | undefined]>([
    ['a success', {}, 9, 'INFO', undefined],
    ['a redirect', { statusCode: 304 }, 9, 'INFO', undefined],
    ['an answer of the client\'s fault', { statusCode: 404 }, 13, 'WARN', undefined],
    ['a failure', { status: 'error', statusCode: 503 }, 17, 'ERROR', '503'],
    ['a failure without a code', { status: 'error', statusCode: undefined }, 17, 'ERROR', '_OTHER'],
    ['a client that hung up', { status: 'error', statusCode: undefined, attributes: { 'error.type': 'aborted' } }, 13, 'WARN', 'aborted'],
    ['one that was abandoned', { status: 'abandoned', statusCode: 200 }, 17, 'ERROR', '_OTHER'],
    ['one that was abandoned, and why', { status: 'abandoned', attributes: { 'error.type': 'timeout' } }, 17, 'ERROR', 'timeout'],
  ])('the severity of %s', async (_, fields, severityNumber, severityText, errorType) => {
    const log = await decoded(responseSignal({ side: 'server', ...fields }));
    expect(log).toMatchObject({ severityNumber, severityText });
    expect(log.attributes['error.type']).toBe(errorType);
    expect(log.attributes['arkhe.status']).toBe(fields.status ?? 'success');
  });

  it('a path may hold anything: the protocol needs no escapes', async () => {
    const path = '/\u001b[2J\u202e\r\n?\u0000';
    expect((await decoded(responseSignal({ side: 'server', path, requestId: path }))).attributes).toMatchObject({
      ...{ [ATTR_URL_PATH]: '/\u001b[2J\u202e\r\n', [ATTR_URL_QUERY]: '\u0000', 'arkhe.request_id': path },
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
    const log = await decoded(errorSignal({ handled: false, level: 'fatal', mechanism: 'onuncaughtexception', context: { cart: { items: 3 } }, breadcrumbs }));
    expect(log).toMatchObject({ eventName: 'exception', body: 'x is not a function', severityNumber: 21, severityText: 'FATAL' });
    expect(log.attributes).toEqual({
      [ATTR_EXCEPTION_TYPE]: 'TypeError',
      [ATTR_EXCEPTION_MESSAGE]: 'x is not a function',
      'arkhe.handled': false,
      'arkhe.mechanism': 'onuncaughtexception',
      'arkhe.context': { cart: { items: 3 } },
      'arkhe.breadcrumbs': breadcrumbs,
      'log.record.uid': '0123456789abcdef0123456789abcdef',
    });
  });

  it('the tags and the user of an error are attributes, and how many it stands for', async () => {
    const tags = { region: 'eu', 'exception.type': 'not ours' };
    const log = await decoded(errorSignal({ tags, user: { id: 'u1', email: 'a@shop.test', username: 'ada', roles: ['admin'] }, count: 12, attributes: { region: 'us' } }));
    expect(log.attributes).toMatchObject({
      ...{ region: 'us', [ATTR_EXCEPTION_TYPE]: 'TypeError', 'arkhe.count': 12 },
      ...{ 'user.id': 'u1', 'user.email': 'a@shop.test', 'user.name': 'ada', 'user.roles': ['admin'] },
    });
    expect((await decoded(errorSignal({ count: 1 }))).attributes).not.toHaveProperty(['arkhe.count']);
  });

  it('what the flight recorder had is not in the record', async () => {
    expect(JSON.stringify(await decoded(errorSignal({ recording: [logSignal({ message: 'recorded' })] })))).not.toContain('recorded');
  });

  it('a step without attributes has no empty ones', async () => {
    const breadcrumb = { category: 'manual', message: 'cart opened', timestamp: 1, level: 'info' as const };
    expect((await decoded(errorSignal({ breadcrumbs: [{ ...breadcrumb, attributes: {} }] }))).attributes['arkhe.breadcrumbs']).toEqual([breadcrumb]);
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

  it('long stacks leave room for the causes', async () => {
    const long = (type: string): SerializedError => ({ type, message: 'm', stack: `${type}: m\n${'    at f (g.ts:1:1)\n'.repeat(3_000)}` });
    const error = { ...long('Error'), cause: { ...long('TypeError'), errors: [long('RangeError'), long('SyntaxError')] } };
    const stack = (await decoded(errorSignal({ error }))).attributes[ATTR_EXCEPTION_STACKTRACE] as string;
    expect(stack.length).toBeLessThan(65_600);
    expect(stack.match(/^.*Error: m\n {4}at f \(g\.ts:1:1\)$/gm)).toEqual(
      ['Error', 'Caused by: TypeError', 'Suppressed: RangeError', 'Suppressed: SyntaxError'].map((heading) => `${heading}: m\n    at f (g.ts:1:1)`),
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
