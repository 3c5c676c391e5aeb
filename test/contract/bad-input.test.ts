import { describe, expect, it } from '#test';
import type { CaptureOptions, RequestDetails, ResponseInput, SpanOptions } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

function hostile(): never {
  throw new Error('hostile');
}

const throwing = {
  fine: 1,
  get broken(): unknown {
    return hostile();
  },
};
const circular: Record<string, unknown> = { name: 'loop' };
circular['self'] = circular;
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const trapped = new Proxy({}, { get: hostile, ownKeys: hostile, getPrototypeOf: hostile, has: hostile, getOwnPropertyDescriptor: hostile });
const huge = 'x'.repeat(10 * 1024 * 1024);

/** A value, and how it shows in a copy of `{ value }`. */
const values: readonly (readonly [string, unknown, RegExp])[] = [
  ['a throwing getter', throwing, /"fine":1,"broken":"\[unreadable\]"/],
  ['a cycle', circular, /"name":"loop","self":"\[circular\]"/],
  ['10 MB of text', huge, /x{100}…\[10485760 characters\]/],
  ['a function', hostile, /\[function hostile\]/],
  ['a bigint', 2n ** 64n, /18446744073709551616n/],
  ['a symbol', Symbol('tag'), /Symbol\(tag\)/],
  ['a revoked Proxy', revoked.proxy, /\[unreadable\]/],
  ['a Proxy that throws', trapped, /\[unreadable\]/],
  ['a million items', Array.from({ length: 1_000_000 }, () => 1), /more/],
  ['deep nesting', nested(5_000), /\[depth\]/],
];

function nested(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level++) value = { value };
  return value;
}

describe('bad input', () => {
  for (const [what, value, shown] of values) {
    it(`arrives capped and marked: ${what}`, () => {
      const { obs, signals, only, ofKind } = recorded();
      const attributes = { fine: 1, value } as unknown as Record<string, string>;
      obs.traceRequest('POST', '/', { params: { value }, attributes }, (context) => {
        obs.tracer.startSpan('work', { attributes }, (span) => span.setAttributes(attributes).addEvent('event', attributes));
        obs.profiler.profile('work', () => undefined, { attributes });
        obs.errorTracker.captureException(value, { context: { value }, attributes });
        obs.errorTracker.captureMessage(value as string, { context: { value }, attributes });
        obs.logger.warn(value as string, attributes);
        obs.recordMetric('rows', 1, { attributes });
        obs.traceResponse(context, { responseData: { value }, error: value, attributes });
      });

      expect(signals.map(({ kind }) => kind).sort()).toEqual(
        ['request', 'span', 'span', 'profile', 'error', 'log', 'log', 'metric', 'response'].sort(),
      );
      expect(JSON.stringify(only('request').params)).toMatch(shown);
      expect(JSON.stringify(only('response').data)).toMatch(shown);
      expect(JSON.stringify(only('error').context)).toMatch(shown);
      expect(JSON.stringify(ofKind('log')[0]?.context)).toMatch(shown);
      expect(signals.map((signal) => signal.attributes['fine'])).toEqual(signals.map(() => 1));
      expect(signals.filter((signal) => JSON.stringify(signal).length > 250_000)).toEqual([]);
    });
  }

  it('arrives when every option throws', () => {
    const { obs, ofKind } = recorded();
    const details = throwingOn<RequestDetails>('params', 'headers', 'route', 'attributes', 'requestId', 'parent');
    const response = throwingOn<ResponseInput>('status', 'duration', 'route', 'responseData', 'error', 'attributes');
    const capture = throwingOn<CaptureOptions>('context', 'level', 'attributes', 'fingerprint', 'handled');
    const span = throwingOn<SpanOptions>('attributes', 'kind', 'parent', 'links', 'startTime');
    obs.traceResponse(obs.traceRequest('GET', '/', details), response);
    obs.requestLogger.logResponse(obs.requestLogger.logRequest({ method: 'GET', path: '/', ...({} as RequestDetails) }), response);
    obs.errorTracker.captureException(new Error('x'), capture);
    obs.errorTracker.captureMessage('x', capture);
    obs.errorTracker.addBreadcrumb('x', throwingOn('category', 'level', 'attributes'));
    obs.tracer.startSpan('work', span, (active) => active.setStatus(throwingOn('code', 'message')));
    obs.profiler.profile('work', () => undefined, throwingOn('attributes'));

    expect(ofKind('request')[0]).toMatchObject({ params: '[unreadable]', headers: { '…': '[unreadable]' } });
    expect(ofKind('response').map(({ data }) => data)).toEqual(['[unreadable]', '[unreadable]']);
    expect(ofKind('error')[0]).toMatchObject({ context: '[unreadable]', level: 'error', handled: true });
    expect(ofKind('log')[0]).toMatchObject({ context: '[unreadable]', level: 'info' });
    expect(ofKind('span').map(({ name, spanKind }) => [name, spanKind])).toEqual([
      ['GET [unreadable]', 'server'],
      ['work', 'internal'],
    ]);
    expect(ofKind('profile').length).toBe(1);
  });

  it('arrives when headers cannot be read', () => {
    const { obs, only } = recorded();
    obs.requestLogger.logRequest('GET', '/', { headers: trapped as Headers });
    expect(only('request').headers).toEqual({ '…': '[unreadable]' });
    expect(obs.tracer.extract(trapped as Headers)).toBe(undefined);
  });

  it('arrives with names of any kind', () => {
    const { obs, ofKind } = recorded();
    const names: unknown[] = [Symbol('s'), 7, null, undefined, {}, Object.create(null), trapped, huge];
    for (const name of names as string[]) {
      obs.tracer.startSpan(name, () => undefined);
      obs.profiler.profile(name, () => undefined);
      obs.traceResponse(obs.traceRequest(name, name));
      expect(obs.profiler.getStatistics(name)?.count).toBeGreaterThan(0);
    }
    for (const kind of ['profile', 'request', 'response'] as const) expect(ofKind(kind).length).toBe(names.length);
    expect(ofKind('span').length).toBe(2 * names.length);
    expect(ofKind('span').every(({ name }) => typeof name === 'string' && name.length < 300)).toBe(true);
  });

  it('is not followed after the call', () => {
    const { obs, only } = recorded();
    const params = { items: ['one'] };
    const attributes: Record<string, string[]> = { tags: ['one'] };
    obs.tracer.startSpan('work', { attributes }, () => {
      obs.requestLogger.logRequest('GET', '/', { params });
      params.items.push('two');
      attributes['tags']?.push('two');
    });
    expect(only('request').params).toEqual({ items: ['one'] });
    expect(only('span').attributes['tags']).toEqual(['one']);
  });

  it('is counted where a span has more attributes, events or links than are kept', () => {
    const { obs, span } = recorded();
    const attributes = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`key${index}`, index]));
    obs.tracer.startSpan('at once', { attributes }).end();
    const one = obs.tracer.startSpan('one by one', { links: Array.from({ length: 200 }, () => obs.tracer.startSpan('x').trace) });
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value).addEvent(key);
    one.end();
    for (const name of ['at once', 'one by one']) {
      const kept = Object.keys(span(name).attributes).filter((key) => key.startsWith('key')).length;
      expect([name, kept + Number(span(name).attributes['arkhe.attributes_dropped'])]).toEqual([name, 200]);
      expect(kept).toBeGreaterThan(100);
    }
    expect(span('one by one').events.length + Number(span('one by one').attributes['arkhe.events_dropped'])).toBe(200);
    expect(span('one by one').links.length + Number(span('one by one').attributes['arkhe.links_dropped'])).toBe(200);
  });

  it('never keeps secrets', () => {
    const { obs, signals } = recorded();
    obs.traceRequest('POST', '/login?token=s3cr3t', { params: { password: 's3cr3t' }, headers: { authorization: 'Bearer s3cr3ts3cr3t' } }, () => {
      obs.logger.info('connecting to postgres://user:s3cr3t@db/shop', { apiKey: 's3cr3t' });
    });
    expect(signals.length).toBe(4);
    expect(JSON.stringify(signals)).not.toContain('s3cr3t');
  });
});

function throwingOn<O extends object>(...keys: string[]): O {
  const object = {};
  for (const key of keys) Object.defineProperty(object, key, { enumerable: true, get: hostile });
  return object as O;
}

describe('a metric', () => {
  it('is counted when it can be, and said when it cannot', () => {
    const { obs, ofKind, health } = recorded();
    obs.recordMetric('rows', 1, null as never);
    obs.recordMetric(Symbol('odd') as never, 2, { unit: 7 as never });
    obs.recordMetric('no number', Number.NaN);
    obs.recordMetric('no options', 3, {
      get unit(): string {
        throw new Error('unit');
      },
    });
    expect(ofKind('metric').map(({ name, value, unit }) => [name, value, unit])).toEqual([
      ['rows', 1, '1'],
      ['Symbol(odd)', 2, '7'],
    ]);
    expect(health.map(({ type }) => type)).toEqual(['input-ignored', 'source-failed']);
  });
});

describe('a request that is said to be in no trace', () => {
  it('is in none, wherever the code runs', () => {
    const { obs, only } = recorded();
    obs.tracer.startSpan('around', () => obs.requestLogger.logRequest('GET', '/', { parent: null }));
    expect(only('request').trace).toBeUndefined();
  });
});
