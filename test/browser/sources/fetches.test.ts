import { afterEach, beforeEach, describe, expect, it, vi } from '#test';
import { ConfigurationError, createObservability, fetches, memorySink } from '../../../src/browser/index.ts';
import type { ObservabilityManager, ObservabilityOptions, OutgoingRequestsOptions, Sink, SpanSignal, TracingOptions } from '../../../src/browser/index.ts';
import { createTestClock } from '#testing';
import { recordingOf } from '../../helpers/recorded.ts';

interface Setup {
  readonly options?: OutgoingRequestsOptions;
  readonly tracing?: TracingOptions;
  readonly requestLogging?: ObservabilityOptions['requestLogging'];
  readonly sinks?: readonly Sink[];
}

let managers: ObservabilityManager[] = [];
let sent: { readonly self: unknown; readonly args: readonly unknown[] }[] = [];
let answer: () => unknown;

/** In place of the browser's: its name and length can be told. */
function network(this: unknown, _input: unknown, ..._more: unknown[]): unknown {
  sent.push({ self: this, args: [...arguments] });
  return answer();
}

// In a suite of its own: what stands outside of one holds for the tests of every file.
describe('fetches', () => {
  beforeEach(() => {
    sent = [];
    answer = () => Promise.resolve(new Response('body'));
    vi.stubGlobal('fetch', network);
  });
  afterEach(async () => {
    await Promise.all(managers.splice(0).map((obs) => obs.shutdown()));
    vi.unstubAllGlobals();
  });

  function observe({ options, tracing, requestLogging, sinks = [memorySink()] }: Setup = {}) {
    const clock = createTestClock();
    const obs = createObservability({ sources: [fetches(options)], sinks, clock, tracing, requestLogging });
    managers.push(obs);
    const recorded = recordingOf(obs);
    return { obs, clock, ...recorded, spans: () => recorded.ofKind('span') };
  }

  /** What the browser makes of the last call. */
  function lastRequest(): Request {
    const [input, init] = sent.at(-1)?.args as [RequestInfo, RequestInit?];
    return new Request(input, init);
  }

  function traceparentOf({ trace }: SpanSignal): string {
    return `00-${trace.traceId}-${trace.spanId}-01`;
  }

  const own = `${location.origin}/orders?id=7`;
  const stale = '00-11111111111111111111111111111111-2222222222222222-01';

  describe('a fetch', () => {
    it('is a client span, named and described as the conventions ask', async () => {
      const { clock, only } = observe();
      answer = () => {
        clock.advance(30);
        return Promise.resolve(new Response('made', { status: 201 }));
      };
      await fetch('/orders?id=7', { method: 'post' });
      expect(only('span')).toMatchObject({ name: 'POST', spanKind: 'client', duration: 30, status: { code: 'unset' }, parentSpanId: undefined });
      expect(only('span').attributes).toMatchObject({
        'http.request.method': 'POST',
        'url.full': own,
        'server.address': location.hostname,
        'server.port': Number(location.port),
        'http.response.status_code': 201,
      });
      expect(only('span').attributes).not.toHaveProperty('http.request.method_original');
      expect(only('span').attributes).not.toHaveProperty('error.type');
    });

    it.each([
      ['patch', 'PATCH', { 'http.request.method': 'PATCH', 'http.request.method_original': 'patch' }],
      ['PURGE', 'HTTP', { 'http.request.method': '_OTHER', 'http.request.method_original': 'PURGE' }],
      ['delete', 'DELETE', { 'http.request.method': 'DELETE' }],
    ])('with the method %s is called %s', async (method, name, attributes) => {
      const { only } = observe();
      await fetch('/', { method });
      expect(only('span').name).toBe(name);
      expect(only('span').attributes).toMatchObject(attributes);
    });

    it.each([400, 404, 503])('that is answered with %s has failed', async (status) => {
      const { only } = observe();
      answer = () => Promise.resolve(new Response('', { status }));
      await fetch('/');
      expect(only('span').status).toEqual({ code: 'error', message: undefined });
      expect(only('span').attributes).toMatchObject({ 'http.response.status_code': status, 'error.type': String(status) });
    });

    it('whose answer the page may not see has no status', async () => {
      const { only } = observe();
      answer = () => Promise.resolve(Response.error());
      await fetch('https://elsewhere.test/', { mode: 'no-cors' });
      expect(only('span').status.code).toBe('unset');
      expect(only('span').attributes).not.toHaveProperty('http.response.status_code');
    });

    it('is a child of the span that is active where it is called, and of the span given after an await', async () => {
      const { obs, spans, span } = observe();
      await obs.tracer.startSpan('outer', async (outer) => {
        await fetch('/in-time');
        await fetch('/too-late');
        await outer.run(() => fetch('/in-the-span'));
      });
      const outer = span('outer').trace.spanId;
      const parents = spans().filter(({ name }) => name === 'GET').map(({ attributes, parentSpanId }) => [attributes['url.full'], parentSpanId]);
      expect(parents).toEqual([
        [`${location.origin}/in-time`, outer],
        [`${location.origin}/too-late`, undefined],
        [`${location.origin}/in-the-span`, outer],
      ]);
    });

    it.each(['data:text/plain,hello', 'blob:null/0', 'about:blank', 'http://', 'https://[not-an-address/'])('of %s is not seen', async (url) => {
      const { spans } = observe();
      await fetch(url);
      expect(sent[0]?.args).toEqual([url]);
      expect(spans()).toEqual([]);
    });

    it('is not seen while tracing and request logging are switched off', async () => {
      const { signals } = observe({ tracing: { enabled: false }, requestLogging: false });
      await fetch('/');
      expect(sent[0]?.args).toEqual(['/']);
      expect(signals).toEqual([]);
    });
  });

  describe('the trace headers', () => {
    function* pairs(): Generator<[string, string]> {
      yield ['X-Mine', 'yes'];
      yield ['TraceParent', stale];
      yield ['tracestate', 'vendor=old'];
    }
    const mine = (): Record<string, string> => Object.fromEntries(pairs());
    const post = (headers: HeadersInit): RequestInit => ({ method: 'POST', body: 'body', headers });

    const forms: readonly (readonly [string, () => Parameters<typeof fetch>])[] = [
      ['an object', () => ['/orders?id=7', post(mine())]],
      ['an array', () => ['/orders?id=7', post([...pairs()])]],
      ['Headers', () => ['/orders?id=7', post(new Headers(mine()))]],
      ['a Map', () => ['/orders?id=7', post(new Map(pairs()) as unknown as HeadersInit)]],
      ['a generator', () => ['/orders?id=7', post(pairs() as unknown as HeadersInit)]],
      ['a frozen object', () => ['/orders?id=7', Object.freeze(post(Object.freeze(mine())))]],
      ['an object, to a URL', () => [new URL(own), post(mine())]],
      ['an object, to what turns into a URL', () => [{ toString: () => own } as unknown as string, post(mine())]],
      ['a Request', () => [new Request(own, post(mine()))]],
      ['a Request, beside an empty object', () => [new Request(own, post(mine())), {}]],
      ['an object beside a Request', () => [new Request(own, { method: 'PUT', headers: { lost: 'yes' }, body: 'other' }), post(mine())]],
      ['a Request beside a URL', () => [own, new Request('/elsewhere', post(mine()))]],
      ['an object without a prototype', () => ['/orders?id=7', Object.assign(Object.create(null), post(mine()))]],
    ];

    it.each(forms)('take the place of stale ones in %s, and nothing else changes', async (_, form) => {
      const { only } = observe();
      await fetch(...form());
      const request = lastRequest();
      expect(request.headers.get('traceparent')).toBe(traceparentOf(only('span')));
      expect(request.headers.get('tracestate')).toBeNull();
      expect(request.headers.get('x-mine')).toBe('yes');
      expect(request.headers.get('lost')).toBeNull();
      expect([request.url, request.method, await request.text()]).toEqual([own, 'POST', 'body']);
      expect(only('span').attributes).toMatchObject({ 'url.full': own, 'http.request.method': 'POST' });
    });

    it.each([
      ['a text', () => ['/orders?id=7']],
      ['a URL', () => [new URL(own)]],
      ['a Request', () => [new Request(own)]],
      ['an init without headers', () => ['/orders?id=7', { headers: undefined } as unknown as RequestInit]],
    ] as readonly (readonly [string, () => Parameters<typeof fetch>])[])('go along with %s that had none', async (_, form) => {
      const { only } = observe();
      await fetch(...form());
      expect(lastRequest().url).toBe(own);
      expect(lastRequest().headers.get('traceparent')).toBe(traceparentOf(only('span')));
    });

    it('leave what the application gave as it was', async () => {
      observe();
      const request = new Request(own, { headers: { a: '1' } });
      const init = { headers: { b: '2' } };
      await fetch(request);
      await fetch('/', init);
      expect([...request.headers]).toEqual([['a', '1']]);
      expect(init).toEqual({ headers: { b: '2' } });
    });

    it('keep everything else a request says', async () => {
      observe();
      const controller = new AbortController();
      const said: RequestInit = {
        method: 'DELETE',
        cache: 'no-store',
        credentials: 'omit',
        integrity: 'sha256-x',
        keepalive: true,
        mode: 'same-origin',
        redirect: 'error',
        referrer: `${location.origin}/from`,
        referrerPolicy: 'origin',
      };
      const { signal: _, ...expected } = picked(new Request(own, said));
      const init = { ...said, signal: controller.signal };
      const forms: readonly Parameters<typeof fetch>[] = [[own, init], [new Request(own, init)]];
      for (const form of forms) {
        await fetch(...form);
        const { signal, ...given } = picked(lastRequest());
        expect(given).toEqual(expected);
        expect(signal.aborted).toBe(false);
      }
      controller.abort();
      expect(sent.map((_, index) => new Request(...(sent[index]?.args as [string, RequestInit])).signal.aborted)).toEqual([true, true]);
    });

    it('do not take the body of a stream', async () => {
      const { only } = observe();
      let pulled = 0;
      const pull = (controller: ReadableStreamDefaultController): void => {
        if (pulled++ < 2) controller.enqueue(new TextEncoder().encode('part '));
        else controller.close();
      };
      const body = new ReadableStream({ pull }, { highWaterMark: 0 });
      await fetch(new Request(own, { method: 'POST', body, duplex: 'half' } as RequestInit));
      expect(pulled).toBe(0);
      const request = lastRequest();
      expect(request.headers.get('traceparent')).toBe(traceparentOf(only('span')));
      expect(await request.text()).toBe('part part ');
    });

    it.each([
      ['to another origin', ['https://elsewhere.test/', { headers: { traceparent: stale } }]],
      ['without permission to read the answer', [own, { mode: 'no-cors', headers: { traceparent: stale } }]],
      ['of a Request without permission to read the answer', [new Request(own, { mode: 'no-cors' })]],
      ['with an object of a class, whose parts are its own affair', [own, new (class { get method() { return 'POST'; } })()]], // prettier-ignore
    ] as readonly (readonly [string, Parameters<typeof fetch>])[])('are not in a request %s, which goes out as it came', async (_, args) => {
      const { spans } = observe();
      await fetch(...args);
      expect(spans()).toHaveLength(1);
      expect(sent[0]?.args).toHaveLength(args.length);
      for (const [index, argument] of args.entries()) expect(sent[0]?.args[index]).toBe(argument);
    });

    it('go where propagateTo lets them, and a place that it does not name is said once', async () => {
      const { health, spans } = observe({ tracing: { propagateTo: ['https://api.test/v2'] } });
      for (const url of ['https://api.test/v2/x', 'https://api.test/v1', 'https://api.test/v1', 'https://api.test.evil.test/v2']) await fetch(url);
      expect(spans()).toHaveLength(4);
      const carried = sent.map(({ args }) => new Request(...(args as [string, RequestInit])).headers.has('traceparent'));
      expect(carried).toEqual([true, false, false, false]);
      expect(health.filter(({ type }) => type === 'input-ignored')).toHaveLength(2);
    });

    it('leave the baggage of the application alone', async () => {
      observe();
      await fetch('/', { headers: { baggage: 'mine=1' } });
      expect(lastRequest().headers.get('baggage')).toBe('mine=1');
    });
  });

  describe('what the application gets', () => {
    it('is the very answer, unread', async () => {
      observe();
      const response = new Response('body');
      answer = () => Promise.resolve(response);
      const result = fetch('/');
      expect(result).toBeInstanceOf(Promise);
      expect(await result).toBe(response);
      expect(response.bodyUsed).toBe(false);
    });

    it('is the very reason of a rejection, which the span tells, too', async () => {
      const { only } = observe();
      const reason = new TypeError('Failed to fetch');
      answer = () => Promise.reject(reason);
      await expect(fetch('/')).rejects.toBe(reason);
      expect(only('span').status).toEqual({ code: 'error', message: 'Failed to fetch' });
      expect(only('span').attributes).toMatchObject({ 'error.type': 'TypeError' });
      expect(only('span').events.map(({ name }) => name)).toEqual(['exception']);
    });

    it.each([
      ['its own', undefined, 'AbortError', 'AbortError'],
      ['a reason', 'no longer wanted', undefined, 'AbortError'],
      ['an error', new RangeError('out of time'), 'RangeError', 'AbortError'],
      ['a timeout', new DOMException('timed out', 'TimeoutError'), 'TimeoutError', 'TimeoutError'],
    ])('is the reason of an abort: %s', async (_, given, name, type) => {
      const { only } = observe();
      const controller = new AbortController();
      answer = () => new Promise((__, reject) => controller.signal.addEventListener('abort', () => reject(controller.signal.reason)));
      const result = fetch('/', { signal: controller.signal });
      controller.abort(given);
      const reason: unknown = await result.catch((error: unknown) => error);
      expect(reason).toBe(controller.signal.reason);
      expect(Object(reason).name).toBe(name);
      expect(only('span').status.code).toBe('error');
      expect(only('span').attributes).toMatchObject({ 'error.type': type });
    });

    it('is one unhandled rejection when nobody handles it', async () => {
      observe();
      const reason = new TypeError('Failed to fetch');
      answer = () => Promise.reject(reason);
      const unhandled: unknown[] = [];
      const hear = (event: PromiseRejectionEvent): void => {
        event.preventDefault();
        event.stopImmediatePropagation();
        unhandled.push(event.reason);
      };
      window.addEventListener('unhandledrejection', hear, true);
      try {
        void fetch('/');
        await vi.waitFor(() => expect(unhandled).toEqual([reason]));
        await new Promise((resolve) => setTimeout(resolve));
        expect(unhandled).toEqual([reason]);
      } finally {
        window.removeEventListener('unhandledrejection', hear, true);
      }
    });

    it('is what a patch below throws', () => {
      const { only } = observe();
      const reason = new Error('blocked');
      answer = () => {
        throw reason;
      };
      expect(() => fetch('/')).toThrow(reason);
      expect(only('span').attributes).toMatchObject({ 'error.type': 'Error' });
    });

    it('looks like the function that was there', () => {
      const before = globalThis.fetch;
      const { obs } = observe();
      expect(globalThis.fetch).not.toBe(before);
      expect([fetch.name, fetch.length]).toEqual(['network', 1]);
      expect(String(fetch)).toContain('[native code]');
      expect(Function.prototype.toString.call(fetch)).toContain('[native code]');
      return obs.shutdown();
    });

    it('is called on what it was called on, with what it was called with', async () => {
      const { obs } = observe();
      const owner = { fetch };
      await owner.fetch('https://elsewhere.test/', undefined);
      expect(sent[0]).toEqual({ self: owner, args: ['https://elsewhere.test/', undefined] });
      await obs.shutdown();
    });

    it.each([
      ['a getter', [own, { get headers(): never { throw new Error('getter'); } }]], // prettier-ignore
      ['a header', [own, { headers: { get mine(): never { throw new Error('getter'); } } }]], // prettier-ignore
      ['an address', [{ toString(): never { throw new Error('no text'); } }]], // prettier-ignore
      ['a name of a header', [own, { headers: [[{ toString(): never { throw new Error('no text'); } }, 'x']] }]], // prettier-ignore
    ])('goes on when %s throws, and that is said', async (_, args) => {
      const { health, ofKind } = observe();
      await fetch(...(args as unknown as Parameters<typeof fetch>));
      expect(ofKind('response')).toHaveLength(ofKind('request').length);
      expect(sent[0]?.args).toHaveLength(args.length);
      for (const [index, argument] of args.entries()) expect(sent[0]?.args[index]).toBe(argument);
      expect(health).toMatchObject([{ type: 'input-ignored', name: 'fetches' }]);
    });
  });

  describe('the SDK', () => {
    it('does not see what its sinks fetch, nor touches it', async () => {
      const writes = vi.fn();
      const sink: Sink = {
        name: 'mine',
        async write(batch, { run = (work) => work() }) {
          writes(batch.map(({ name }) => name));
          await fetch('/v1/traces', { method: 'POST' });
          await run(() => fetch('/v1/again'));
        },
      };
      const { obs, spans } = observe({ sinks: [sink] });
      obs.tracer.startSpan('work', () => undefined);
      await obs.flush();
      await obs.flush();
      expect(writes.mock.calls).toEqual([[['work']]]);
      expect(sent.map(({ args }) => args)).toEqual([['/v1/traces', { method: 'POST' }], ['/v1/again']]);
      expect(spans().map(({ name }) => name)).toEqual(['work']);
    });
  });

  describe('ignore', () => {
    const urls = [own, `${location.origin}/health/deep`, 'https://stats.test/x', 'https://shop.test/stats.gif'];

    it.each([
      ['none', [], [true, true, true, true]],
      ['a path of the page', ['/health'], [true, false, true, true]],
      ['a host', ['stats.test'], [true, true, false, true]],
      ['a pattern', [/\.gif$/g], [true, true, true, false]],
      ['a function', ({ url, method }: { url: string; method: string }) => method === 'GET' && url === own, [false, true, true, true]],
    ])('leaves out what it names: %s', async (_, ignore, seen) => {
      const { ofKind } = observe({ options: { ignore } });
      for (const url of urls) await fetch(url);
      for (const url of urls) await fetch(url);
      const addresses = ofKind('span').map(({ attributes }) => attributes['url.full']);
      expect(urls.map((url) => addresses.includes(url))).toEqual(seen);
      const carried = urls.map((url, index) => seen[index] === true && url.startsWith(location.origin));
      expect(sent.map(({ args }) => args.length === 2)).toEqual([...carried, ...carried]);
    });

    it('that throws is said, and the request is seen', async () => {
      const ignore = (): never => {
        throw new Error('mistake');
      };
      const { spans, health } = observe({ options: { ignore } });
      await fetch('/');
      expect(spans()).toHaveLength(1);
      expect(health).toMatchObject([{ type: 'input-ignored', name: 'fetches' }]);
    });

    it.each([[null], [{ ignore: 'stats.test' }], [{ ignore: [7] }], [{ ignore: [''] }]])('that is none is a ConfigurationError: %o', (options) => {
      expect(() => fetches(options as unknown as OutgoingRequestsOptions)).toThrow(ConfigurationError);
    });
  });

  describe('the end', () => {
    it('gives the very function back', async () => {
      const before = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
      const { obs } = observe();
      await obs.shutdown();
      expect(Object.getOwnPropertyDescriptor(globalThis, 'fetch')).toEqual(before);
      expect(globalThis.fetch).toBe(network);
    });

    it('leaves the patch of another in place, and is out of its way', async () => {
      const { obs, spans } = observe();
      const below = globalThis.fetch;
      const theirs: typeof fetch = (...args) => below(...args);
      globalThis.fetch = theirs;
      await obs.shutdown();
      expect(globalThis.fetch).toBe(theirs);
      await fetch('/');
      expect(sent.map(({ args }) => args)).toEqual([['/']]);
      expect(spans()).toEqual([]);
    });

    it.each([
      ['the first', 0],
      ['the second', 1],
    ])('of %s of two managers leaves the other at work', async (_, index) => {
      const both = [observe(), observe()];
      await fetch('/');
      expect(both.map(({ spans }) => spans().length)).toEqual([1, 1]);
      await both[index]?.obs.shutdown();
      await fetch('/');
      expect(both.map(({ spans }) => spans().length)).toEqual(index === 0 ? [1, 2] : [2, 1]);
      expect(lastRequest().headers.get('traceparent')).toBe(traceparentOf(both[1 - index]?.spans().at(-1) as SpanSignal));
      await both[1 - index]?.obs.shutdown();
      expect(globalThis.fetch).toBe(network);
    });

    it('is silent where there is no fetch', () => {
      vi.stubGlobal('fetch', undefined);
      const { health } = observe();
      expect(globalThis.fetch).toBe(undefined);
      expect(health).toEqual([]);
    });

    it('says where fetch is locked, and lets it be', () => {
      vi.unstubAllGlobals();
      const locked = vi.spyOn(Object, 'defineProperty').mockImplementation(() => {
        throw new TypeError('Cannot redefine property: fetch');
      });
      const before = globalThis.fetch;
      const obs = createObservability({ sources: [fetches()], sinks: [] });
      managers.push(obs);
      locked.mockRestore();
      expect(globalThis.fetch).toBe(before);
    });
  });

  type Picked = Pick<Request, 'method' | 'cache' | 'credentials' | 'integrity' | 'keepalive' | 'mode' | 'redirect' | 'referrer' | 'referrerPolicy' | 'signal'>;

  function picked({ method, cache, credentials, integrity, keepalive, mode, redirect, referrer, referrerPolicy, signal }: Request): Picked {
    return { method, cache, credentials, integrity, keepalive, mode, redirect, referrer, referrerPolicy, signal };
  }
});
