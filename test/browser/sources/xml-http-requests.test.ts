import { afterEach, beforeEach, describe, expect, it, vi } from '#test';
import { ConfigurationError, createObservability, memorySink, xmlHttpRequests } from '../../../src/browser/index.ts';
import type { ObservabilityManager, OutgoingRequestsOptions, Sink, SpanSignal, TracingOptions } from '../../../src/browser/index.ts';
import { createTestClock } from '#testing';
import { recordingOf } from '../../helpers/recorded.ts';

interface Setup {
  readonly options?: OutgoingRequestsOptions;
  readonly tracing?: TracingOptions;
  readonly sinks?: readonly Sink[];
}

const { prototype } = XMLHttpRequest;
const methods = ['open', 'setRequestHeader', 'send'] as const;
const there = '/base/test.js?id=7';
const stale = '00-11111111111111111111111111111111-2222222222222222-01';

let managers: ObservabilityManager[] = [];
/** The headers that reached the browser. */
let set: (readonly [string, string])[] = [];

// In a suite of its own: what stands outside of one holds for the tests of every file.
describe('xmlHttpRequests', () => {
  beforeEach(() => {
    set = [];
    const { setRequestHeader } = prototype;
    vi.spyOn(prototype, 'setRequestHeader').mockImplementation(function (this: XMLHttpRequest, ...header) {
      Reflect.apply(setRequestHeader, this, header);
      set.push(header);
    });
  });
  afterEach(async () => {
    await Promise.all(managers.splice(0).map((obs) => obs.shutdown()));
  });

  function observe({ options, tracing, sinks = [memorySink()] }: Setup = {}) {
    const obs = createObservability({ sources: [xmlHttpRequests(options)], sinks, clock: createTestClock(), tracing });
    managers.push(obs);
    const recorded = recordingOf(obs);
    return { obs, ...recorded, spans: () => recorded.ofKind('span') };
  }

  function opened(url: string | URL = there, method = 'GET'): XMLHttpRequest {
    const request = new XMLHttpRequest();
    request.open(method, url);
    return request;
  }

  /** Until it is over, however that comes. */
  function over(request: XMLHttpRequest): Promise<string> {
    return new Promise((resolve) => {
      let how = '';
      for (const type of ['load', 'error', 'abort', 'timeout']) request.addEventListener(type, () => void (how = type));
      request.addEventListener('loadend', () => setTimeout(() => resolve(how)));
    });
  }

  function sent(request: XMLHttpRequest): Promise<string> {
    const end = over(request);
    request.send();
    return end;
  }

  function traceparentOf({ trace }: SpanSignal): string {
    return `00-${trace.traceId}-${trace.spanId}-01`;
  }

  describe('an XMLHttpRequest', () => {
    it('is a client span, named and described as the conventions ask', async () => {
      const { only } = observe();
      const request = opened('/not-there', 'get');
      expect(await sent(request)).toBe('load');
      expect(request.status).toBe(404);
      expect(only('span')).toMatchObject({ name: 'GET', spanKind: 'client', status: { code: 'error' } });
      expect(only('span').attributes).toMatchObject({
        'http.request.method': 'GET',
        'url.full': `${location.origin}/not-there`,
        'server.address': location.hostname,
        'server.port': Number(location.port),
        'http.response.status_code': 404,
        'error.type': '404',
      });
    });

    it('carries the trace, in the place of a stale one', async () => {
      const { only } = observe();
      const request = opened(new URL(location.href));
      request.setRequestHeader('TraceParent', stale);
      request.setRequestHeader('X-Mine', 'yes');
      request.setRequestHeader('tracestate', 'vendor=old');
      request.setRequestHeader('baggage', 'mine=1');
      await sent(request);
      expect(set).toEqual([
        ['X-Mine', 'yes'],
        ['baggage', 'mine=1'],
        ['traceparent', traceparentOf(only('span'))],
        ['x-request-id', only('span').requestId],
      ]);
    });

    it('to another origin keeps what the application set, and gets no more', async () => {
      const { spans } = observe();
      const request = opened('http://localhost:1/');
      request.setRequestHeader('traceparent', stale);
      expect(await sent(request)).toBe('error');
      expect(set).toEqual([['traceparent', stale]]);
      expect(spans()).toMatchObject([{ status: { code: 'error' } }]);
      expect(spans()[0]?.attributes).toMatchObject({ 'error.type': 'NetworkError' });
    });

    it('is a child of the span in which it is sent', async () => {
      const { obs, span } = observe();
      const request = opened();
      obs.tracer.startSpan('outer', () => request.send());
      await over(request);
      expect(span('GET').parentSpanId).toBe(span('outer').trace.spanId);
    });

    it('that is aborted says so', async () => {
      const { only } = observe();
      const request = opened();
      const end = sent(request);
      request.abort();
      expect(await end).toBe('abort');
      expect(only('span').attributes).toMatchObject({ 'error.type': 'AbortError' });
      expect(only('span').status.code).toBe('error');
    });

    it('that takes too long says so', async () => {
      vi.spyOn(prototype, 'send').mockImplementation(function (this: XMLHttpRequest) {
        for (const type of ['timeout', 'loadend']) this.dispatchEvent(new ProgressEvent(type));
      });
      const { only } = observe();
      expect(await sent(opened())).toBe('timeout');
      expect(only('span').attributes).toMatchObject({ 'error.type': 'TimeoutError' });
    });

    it('that waits for its answer is a span, too', () => {
      const { spans } = observe();
      const request = new XMLHttpRequest();
      request.open('GET', '/not-there', false);
      request.send();
      request.open('GET', 'http://localhost:1/', false);
      expect(() => request.send()).toThrow(DOMException);
      expect(spans().map(({ attributes }) => [attributes['http.response.status_code'], attributes['error.type']])).toEqual([
        [404, '404'],
        [undefined, 'NetworkError'],
      ]);
    });

    it('is a span each time it is used', async () => {
      const { spans } = observe();
      const request = opened('/one');
      await sent(request);
      request.open('POST', '/two');
      await sent(request);
      expect(spans().map(({ name, attributes }) => [name, attributes['url.full']])).toEqual([
        ['GET', `${location.origin}/one`],
        ['POST', `${location.origin}/two`],
      ]);
      expect(set).toEqual(spans().flatMap((span) => [['traceparent', traceparentOf(span)], ['x-request-id', span.requestId]]));
    });

    it('that is opened anew while it is under way was given up', async () => {
      const { spans } = observe();
      const request = opened('/one');
      request.send();
      request.open('GET', '/two');
      await sent(request);
      expect(spans().map(({ attributes }) => [attributes['url.full'], attributes['error.type']])).toEqual([
        [`${location.origin}/one`, 'AbortError'],
        [`${location.origin}/two`, '404'],
      ]);
    });

    it('that is opened anew by whoever hears of its end was answered', async () => {
      const { spans } = observe();
      const request = opened('/one');
      await new Promise<void>((resolve) => {
        request.onreadystatechange = () => {
          if (request.readyState !== XMLHttpRequest.DONE) return;
          request.onreadystatechange = null;
          request.open('GET', '/two');
          void sent(request).then(() => resolve());
        };
        request.send();
      });
      expect(spans().map(({ attributes }) => attributes['http.response.status_code'])).toEqual([404, 404]);
    });

    it('has ended before the application hears of its answer', async () => {
      const { spans } = observe();
      const heard: number[] = [];
      const request = new XMLHttpRequest();
      request.onload = () => void heard.push(spans().length);
      request.open('GET', there);
      await sent(request);
      expect(heard).toEqual([1]);
    });

    it.each([
      [there, '404'],
      ['http://localhost:1/', 'NetworkError'],
    ])('ends though the application stops the events of %s', async (url, type) => {
      const { only } = observe();
      const request = new XMLHttpRequest();
      for (const event of ['load', 'error']) request.addEventListener(event, (heard) => heard.stopImmediatePropagation());
      request.open('GET', url);
      await sent(request);
      expect(only('span').attributes).toMatchObject({ 'error.type': type });
    });

    it('leaves the upload alone: a listener there asks for permission elsewhere', async () => {
      const listened = vi.spyOn(XMLHttpRequestUpload.prototype, 'addEventListener');
      observe();
      await sent(opened());
      expect(listened).not.toHaveBeenCalled();
    });

    it.each([
      ['sent before it is opened', (request: XMLHttpRequest) => request.send()],
      ['given a header before it is opened', (request: XMLHttpRequest) => request.setRequestHeader('traceparent', stale)],
      ['sent twice', (request: XMLHttpRequest) => (request.open('GET', there), request.send(), request.send())],
      ['given a header after it is sent', (request: XMLHttpRequest) => (request.open('GET', there), request.send(), request.setRequestHeader('traceparent', stale))],
      ['given a value that is none', (request: XMLHttpRequest) => (request.open('GET', there), request.setRequestHeader('traceparent', 'a\nb'))],
      ['opened with an address that is none', (request: XMLHttpRequest) => request.open('GET', 'http://[')],
      ['opened with a method that is none', (request: XMLHttpRequest) => request.open('G T', there)],
      ['opened with nothing', (request: XMLHttpRequest) => Reflect.apply(prototype.open, request, [])],
      ['a plain object', () => Reflect.apply(prototype.open, {}, ['GET', there])],
      ['nothing', () => Reflect.apply(prototype.send, undefined, [])],
    ])('throws as it would when it is %s', (_, misuse) => {
      const outcome = (): string => {
        const request = new XMLHttpRequest();
        try {
          misuse(request);
          return 'no error';
        } catch (error) {
          request.abort();
          return String(error);
        }
      };
      const plain = outcome();
      expect(plain).not.toBe('no error');
      observe();
      expect(outcome()).toBe(plain);
    });

    it.each(['data:text/plain,hello', URL.createObjectURL(new Blob(['hello']))])('of %s is not seen', async (url) => {
      const { spans } = observe();
      expect(await sent(opened(url))).toBe('load');
      expect(spans()).toEqual([]);
      expect(set).toEqual([]);
    });
  });

  describe('the SDK', () => {
    it('does not see what its sinks send, nor touches it', async () => {
      const sink: Sink = {
        name: 'mine',
        async write() {
          const request = opened();
          request.setRequestHeader('traceparent', stale);
          await sent(request);
        },
      };
      const { obs, spans } = observe({ sinks: [sink] });
      obs.tracer.startSpan('work', () => undefined);
      await obs.flush();
      expect(set).toEqual([['traceparent', stale]]);
      expect(spans().map(({ name }) => name)).toEqual(['work']);
    });
  });

  describe('ignore', () => {
    it('leaves out what it names', async () => {
      const { only } = observe({ options: { ignore: ['/health'] } });
      const ignored = opened('/health/deep');
      ignored.setRequestHeader('traceparent', stale);
      await sent(ignored);
      await sent(opened('/healthy'));
      expect(only('span').attributes).toMatchObject({ 'url.full': `${location.origin}/healthy` });
      expect(set[0]).toEqual(['traceparent', stale]);
    });

    it('that is none is a ConfigurationError', () => {
      expect(() => xmlHttpRequests({ ignore: 'x' } as unknown as OutgoingRequestsOptions)).toThrow(ConfigurationError);
    });
  });

  describe('the end', () => {
    it('gives the very methods back', async () => {
      const before = methods.map((name) => Object.getOwnPropertyDescriptor(prototype, name));
      const { obs } = observe();
      expect(methods.map((name) => prototype[name] === before[methods.indexOf(name)]?.value)).toEqual([false, false, false]);
      await obs.shutdown();
      expect(methods.map((name) => Object.getOwnPropertyDescriptor(prototype, name))).toEqual(before);
    });

    it('leaves the patch of another in place, and is out of its way', async () => {
      const native = prototype.send;
      const { obs, spans } = observe();
      const below = prototype.send;
      const theirs: typeof below = function (this: XMLHttpRequest, ...args) {
        return Reflect.apply(below, this, args);
      };
      prototype.send = theirs;
      await obs.shutdown();
      expect(prototype.send).toBe(theirs);
      await sent(opened());
      expect(spans()).toEqual([]);
      expect(set).toEqual([]);
      prototype.send = native;
    });

    it('hands on a header that still waited for its request', async () => {
      const { obs } = observe();
      const request = opened();
      request.setRequestHeader('traceparent', stale);
      expect(set).toEqual([]);
      await obs.shutdown();
      expect(set).toEqual([['traceparent', stale]]);
      await sent(request);
      expect(set).toHaveLength(1);
    });

    it.each([0, 1])('of one of two managers leaves the other at work (%i)', async (index) => {
      const both = [observe(), observe()];
      await sent(opened());
      expect(both.map(({ spans }) => spans().length)).toEqual([1, 1]);
      await both[index]?.obs.shutdown();
      set = [];
      await sent(opened());
      expect(both.map(({ spans }) => spans().length)).toEqual(index === 0 ? [1, 2] : [2, 1]);
      const last = both[1 - index]?.spans().at(-1) as SpanSignal;
      expect(set).toEqual([['traceparent', traceparentOf(last)], ['x-request-id', last.requestId]]);
    });

    it('is silent where there is none', () => {
      vi.stubGlobal('XMLHttpRequest', undefined);
      const { health } = observe();
      vi.unstubAllGlobals();
      expect(health).toEqual([]);
    });
  });
});
