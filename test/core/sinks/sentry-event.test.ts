import { afterEach, describe, expect, it } from 'vitest';
import { createDebugImages } from '../../../src/core/sinks/sentry/debug-images.ts';
import { toSentryEvent } from '../../../src/core/sinks/sentry/sentry-event.ts';
import type { EventSignal, SentryEvent, SentryEventSetup } from '../../../src/core/sinks/sentry/sentry-event.ts';
import type { Breadcrumb, SerializedError, SeverityName } from '../../../src/core/signal.ts';
import { VERSION } from '../../../src/core/version.ts';
import { errorSignal, logSignal, traceOf } from '../../helpers/signals.ts';
import { sentryEventFaults } from '../sentry-event-faults.ts';

const resource = { 'service.name': 'shop', 'deployment.environment.name': 'production', 'service.version': '1.4.0' };

function eventOf(signal: EventSignal, setup: Partial<SentryEventSetup> = {}): SentryEvent {
  const platform = setup.platform ?? 'node';
  const event = toSentryEvent(signal, { platform, resource, debugImagesOf: createDebugImages(platform), ...setup });
  const wire = JSON.parse(JSON.stringify(event));
  expect(sentryEventFaults(wire)).toEqual([]);
  return wire;
}

function plain(type: string, more: Partial<SerializedError> = {}): SerializedError {
  return { type, message: `of ${type}`, stack: undefined, cause: undefined, errors: undefined, ...more };
}

describe('an error for Sentry', () => {
  it('has what it is, when and where it was, and who tells of it', () => {
    const event = eventOf(
      errorSignal({
        timestamp: 1_700_000_000_123,
        level: 'fatal',
        handled: false,
        mechanism: 'onuncaughtexception',
        error: plain('TypeError'),
        attributes: { ...resource, 'host.name': 'web-1', 'order.id': 7 },
        trace: traceOf(1),
      }),
    );
    expect(event).toEqual({
      event_id: '0123456789abcdef0123456789abcdef',
      timestamp: 1_700_000_000.123,
      platform: 'node',
      level: 'fatal',
      environment: 'production',
      release: '1.4.0',
      server_name: 'web-1',
      exception: {
        values: [{ type: 'TypeError', value: 'of TypeError', mechanism: { type: 'onuncaughtexception', handled: false } }],
      },
      tags: {},
      contexts: {
        trace: { trace_id: traceOf(1).traceId, span_id: traceOf(1).spanId },
        attributes: { 'host.name': 'web-1', 'order.id': 7 },
        resource,
      },
      breadcrumbs: [],
      sdk: {
        name: 'arkhe.javascript.node',
        version: VERSION,
        packages: [{ name: 'npm:@arkhe/observability', version: VERSION }],
        settings: { infer_ip: 'never' },
      },
    });
  });

  it.each<[SeverityName, string]>([
    ['trace', 'debug'],
    ['debug', 'debug'],
    ['info', 'info'],
    ['warn', 'warning'],
    ['error', 'error'],
    ['fatal', 'fatal'],
  ])('of level %s is of level %s', (level, expected) => {
    expect(eventOf(errorSignal({ level })).level).toBe(expected);
  });

  it('is of the environment and the release that the sink was given, where it was', () => {
    const event = eventOf(errorSignal({ attributes: resource }), { environment: 'staging', release: '2.0.0' });
    expect(event).toMatchObject({ environment: 'staging', release: '2.0.0' });
  });

  it('has its causes before it, numbered from it on, each saying where it was', () => {
    const error = plain('Outer', {
      cause: plain('AggregateError', { errors: [plain('First'), plain('Second', { cause: plain('Root') })] }),
    });
    const { values } = eventOf(errorSignal({ error, handled: false })).exception!;
    expect(values.map(({ type, mechanism }) => [type, mechanism])).toEqual([
      ['Root', { type: 'chained', handled: true, source: 'cause', exception_id: 4, parent_id: 3 }],
      ['Second', { type: 'chained', handled: true, source: 'errors[1]', exception_id: 3, parent_id: 1 }],
      ['First', { type: 'chained', handled: true, source: 'errors[0]', exception_id: 2, parent_id: 1 }],
      ['AggregateError', { type: 'chained', handled: true, source: 'cause', exception_id: 1, parent_id: 0, is_exception_group: true }],
      ['Outer', { type: 'generic', handled: false, exception_id: 0 }],
    ]);
  });

  it('has the frames of each stack, outermost first', () => {
    const stack = 'Error: no\n    at pay (/app/pay.js:3:7)\n    at node:internal/timers:5:1';
    const { values } = eventOf(errorSignal({ error: plain('Error', { stack }) })).exception!;
    expect(values[0]!.stacktrace!.frames).toEqual([
      { filename: 'node:internal/timers', function: '?', lineno: 5, colno: 1, in_app: false },
      { filename: '/app/pay.js', function: 'pay', lineno: 3, colno: 7, in_app: true },
    ]);
  });

  it('shows what was given to explain it', () => {
    expect(eventOf(errorSignal({ context: { order: 7, cart: ['a'] } })).extra).toEqual({ order: 7, cart: ['a'] });
    expect(eventOf(errorSignal({ context: ['a', 'b'] })).extra).toEqual({ context: ['a', 'b'] });
    expect(eventOf(errorSignal({ context: 'late' })).extra).toEqual({ context: 'late' });
    expect(eventOf(errorSignal()).extra).toBeUndefined();
  });

  it('is found by its tags, its request, its session and its number', () => {
    const event = eventOf(errorSignal({ tags: { plan: 'gold', 'käse': 'a\nb' }, requestId: 'req-1', sessionId: 's-1', count: 12 }));
    expect(event.tags).toEqual({ plan: 'gold', k_se: 'a b', request_id: 'req-1', session_id: 's-1', occurrences: '12' });
    expect(eventOf(errorSignal({ count: 1 })).tags).toEqual({});
    expect(eventOf(errorSignal({ requestId: 'req-1', tags: { request_id: 'own' } })).tags).toEqual({ request_id: 'own' });
  });

  it('says whom it happened to', () => {
    const user = { id: 5, email: 'a@shop.test', username: 'ann', ip_address: '10.0.0.1', plan: 'gold' };
    expect(eventOf(errorSignal({ user })).user).toEqual({ ...user, id: '5' });
    const message = eventOf(logSignal({ name: 'message', attributes: { 'user.id': '7', 'user.name': 'bob' } }));
    expect([message.user, message.contexts]).toEqual([{ id: '7', username: 'bob' }, { resource }]);
    expect(eventOf(errorSignal()).user).toBeUndefined();
  });

  it('is grouped by its fingerprint', () => {
    const event = eventOf(errorSignal({ attributes: { 'arkhe.fingerprint': ['checkout', 'timeout'] } }));
    expect(event.fingerprint).toEqual(['checkout', 'timeout']);
    expect(event.contexts['attributes']).toBeUndefined();
  });

  it('has the steps that led to it', () => {
    const step = (fields: Partial<Breadcrumb>): Breadcrumb => ({ category: 'manual', message: 'm', timestamp: 1_700_000_000_500, level: 'info', attributes: {}, ...fields });
    const breadcrumbs = [
      step({ message: 'cart opened', level: 'warn', attributes: { items: 2 } }),
      step({ category: 'http', message: 'GET /pay 503', attributes: { 'http.request.method': 'GET', 'url.path': '/pay', 'http.response.status_code': 503 } }),
      step({ category: 'navigation', message: '/a', attributes: { from: '/', to: '/a' } }),
    ];
    const timestamp = 1_700_000_000.5;
    expect(eventOf(errorSignal({ breadcrumbs })).breadcrumbs).toEqual([
      { category: 'manual', message: 'cart opened', level: 'warning', timestamp, data: { items: 2 } },
      {
        type: 'http', category: 'http', message: 'GET /pay 503', level: 'info', timestamp,
        data: { method: 'GET', url: '/pay', status_code: 503, 'http.request.method': 'GET', 'url.path': '/pay', 'http.response.status_code': 503 },
      },
      { type: 'navigation', category: 'navigation', message: '/a', level: 'info', timestamp, data: { from: '/', to: '/a' } },
    ]);
  });

  it('of a page says at which address', () => {
    const event = eventOf(errorSignal({ attributes: { 'url.full': 'https://shop.test/cart' } }), { platform: 'javascript' });
    expect(event).toMatchObject({ platform: 'javascript', request: { url: 'https://shop.test/cart' }, sdk: { name: 'arkhe.javascript.browser' } });
  });
});

describe('a captured message for Sentry', () => {
  it('is an event without an exception', () => {
    const event = eventOf(logSignal({ name: 'message', message: 'stock is low', level: 'warn', context: { left: 2 }, trace: traceOf(2) }));
    expect(event).toMatchObject({
      event_id: 'fedcba9876543210fedcba9876543210',
      message: 'stock is low',
      level: 'warning',
      extra: { left: 2 },
      contexts: { trace: { trace_id: traceOf(2).traceId } },
    });
    expect(event).not.toHaveProperty('exception');
    expect(event).not.toHaveProperty('breadcrumbs');
  });
});

describe('the debug ids of source maps', () => {
  const registry = globalThis as { _sentryDebugIds?: Record<string, string> | undefined };
  afterEach(() => delete registry._sentryDebugIds);

  const stackOf = (file: string): string => `Error\n    at ${file}:1:1\n    at Module._compile (node:internal/modules:1:1)`;
  const imagesOf = (event: SentryEvent): unknown => event.debug_meta?.images;

  it('come with the files of the stack that have one', () => {
    registry._sentryDebugIds = { [stackOf('file:///app/main.js')]: 'id-main', [stackOf('file:///app/other.js')]: 'id-other' };
    const event = eventOf(errorSignal({ error: plain('Error', { stack: 'Error: no\n    at pay (file:///app/main.js:3:7)\n    at /app/bare.js:1:1' }) }));
    expect(imagesOf(event)).toEqual([{ type: 'sourcemap', code_file: '/app/main.js', debug_id: 'id-main' }]);
  });

  it('are found of chunks that load later', () => {
    const debugImagesOf = createDebugImages('javascript');
    const chunk = errorSignal({ error: plain('Error', { stack: stackOf('https://shop.test/chunk.js') }) });
    registry._sentryDebugIds = { [stackOf('https://shop.test/main.js')]: 'id-main' };
    expect(imagesOf(eventOf(chunk, { platform: 'javascript', debugImagesOf }))).toBeUndefined();
    registry._sentryDebugIds[stackOf('https://shop.test/chunk.js')] = 'id-chunk';
    expect(imagesOf(eventOf(chunk, { platform: 'javascript', debugImagesOf }))).toEqual([
      { type: 'sourcemap', code_file: 'https://shop.test/chunk.js', debug_id: 'id-chunk' },
    ]);
  });
});
