import { afterEach, beforeEach, describe, expect, it, vi } from '#test';
import { createObservability, fetches, memorySink, xmlHttpRequests } from '../../../src/browser/index.ts';
import type { LoggedRequest, ObservabilityManager, ObservabilityOptions, RequestLoggerOptions } from '../../../src/browser/index.ts';
import { createTestClock } from '#testing';
import { recordingOf } from '../../helpers/recorded.ts';

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const own = '/orders?id=7';
const elsewhere = 'https://elsewhere.test/orders?id=7';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How an application sends: the same with both. What it set to be sent is under `headers`. */
interface Sender {
  readonly name: string;
  send(url: string, init?: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | URLSearchParams }): Promise<unknown>;
}

let managers: ObservabilityManager[] = [];
/** The headers of what reached the browser. */
let sent: Headers[] = [];
let answer: () => Promise<Response>;

const byFetch: Sender = { name: 'fetch', send: (url, init) => fetch(url, init).catch(() => undefined) };
const byXhr: Sender = {
  name: 'XMLHttpRequest',
  send: (url, { method = 'GET', headers = {}, body } = {}) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open(method, url);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.addEventListener('loadend', resolve);
      request.send(body);
    }),
};

// In a suite of its own: what stands outside of one holds for the tests of every file.
describe('request logging in a page', () => {
  beforeEach(() => {
    sent = [];
    answers({});
    vi.stubGlobal('fetch', (input: RequestInfo, init?: RequestInit) => {
      sent.push(new Request(input, init).headers);
      return answer();
    });
    // Below the source, and above the network: what is set is seen, and what is sent is answered here.
    const { prototype } = XMLHttpRequest;
    vi.spyOn(prototype, 'open').mockImplementation(function (this: XMLHttpRequest) {
      const headers = new Headers();
      const state = { readyState: 1, status: 0, responseType: '', getAllResponseHeaders: (): string => '' };
      for (const [key, value] of Object.entries(state)) Object.defineProperty(this, key, { value, configurable: true, writable: true });
      Object.assign(this, { given: headers });
    });
    vi.spyOn(prototype, 'setRequestHeader').mockImplementation(function (this: XMLHttpRequest, name, value) {
      (this as unknown as { given: Headers }).given.append(name, value);
    });
    vi.spyOn(prototype, 'send').mockImplementation(function (this: XMLHttpRequest) {
      sent.push((this as unknown as { given: Headers }).given);
      void answer().then(
        async (response) => {
          const lines = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
          const text = await response.text();
          Object.assign(this, { readyState: 4, status: response.status, getAllResponseHeaders: () => lines });
          Object.defineProperty(this, 'responseText', { value: text, configurable: true });
          for (const type of ['readystatechange', 'load', 'loadend']) this.dispatchEvent(new ProgressEvent(type));
        },
        () => {
          Object.assign(this, { readyState: 4 });
          for (const type of ['readystatechange', 'error', 'loadend']) this.dispatchEvent(new ProgressEvent(type));
        },
      );
    });
  });
  afterEach(async () => {
    await Promise.all(managers.splice(0).map((obs) => obs.shutdown()));
    vi.unstubAllGlobals();
  });

  function answers({ status = 200, headers = {}, body = '' }: Answer): void {
    answer = () => Promise.resolve(new Response(body, { status, headers }));
  }

  function observe(requestLogging?: boolean | RequestLoggerOptions, options: Pick<ObservabilityOptions, 'enabled' | 'random' | 'tracing'> = {}) {
    const clock = createTestClock();
    const obs = createObservability({ sources: [fetches(), xmlHttpRequests()], sinks: [memorySink()], clock, requestLogging, ...options });
    managers.push(obs);
    return { obs, clock, ...recordingOf(obs) };
  }

  describe.each([byFetch, byXhr])('of $name', ({ send }) => {
    it('gives a request, a response, a duration and a span, all of one request', async () => {
      const { clock, signals, only } = observe();
      answer = () => {
        clock.advance(30);
        return Promise.resolve(new Response('', { status: 201 }));
      };
      await send(own, { method: 'POST' });
      expect(signals.map(({ kind }) => kind)).toEqual(['request', 'metric', 'response', 'span']);
      const { requestId, trace } = only('span');
      expect(requestId).toMatch(uuid);
      const common = { requestId, trace, name: 'POST /orders', method: 'POST', path: own, side: 'client' };
      expect(only('request')).toMatchObject(common);
      expect(only('response')).toMatchObject({ ...common, status: 'success', statusCode: 201, duration: 30, error: undefined });
      expect(only('request').attributes).toMatchObject({ 'http.request.method': 'POST', 'server.address': location.hostname, 'server.port': Number(location.port) });
      expect(only('response').attributes).toMatchObject({ 'http.request.method': 'POST', 'http.response.status_code': 201 });
      expect(only('metric')).toMatchObject({ name: 'http.client.request.duration', value: 30, unit: 'ms', instrument: 'histogram' });
      expect(only('metric').attributes).toMatchObject({ 'http.request.method': 'POST', 'http.response.status_code': 201, 'server.address': location.hostname });
      expect(JSON.stringify(only('metric').attributes)).not.toContain('/orders');
    });

    it.each([
      ['its path with its query', own, own],
      ['its path with its query, as a whole address', `${location.origin}${own}`, own],
      ['the whole address', elsewhere, elsewhere],
      ['what is sent of it', 'https://ann:hidden@elsewhere.test/a?b=1#c', 'https://elsewhere.test/a?b=1'],
    ])('tells %s', async (_, url, path) => {
      vi.unstubAllGlobals();
      vi.stubGlobal('fetch', () => answer());
      const { only } = observe();
      await send(url);
      expect([only('request').path, only('response').path]).toEqual([path, path]);
      expect(JSON.stringify(only('span'))).not.toContain('hidden');
    });

    it('has the headers that are listed', async () => {
      const { only } = observe({ headers: ['X-Mine', 'Content-Type'] });
      answers({ headers: { 'content-type': 'text/html', 'x-mine': 'back', 'x-other': 'no' } });
      await send(own, { headers: { 'X-MINE': 'there', 'X-Other': 'no' } });
      expect(only('request').headers).toEqual({ 'x-mine': 'there' });
      expect(only('response').headers).toEqual({ 'x-mine': 'back', 'content-type': 'text/html' });
    });

    it.each([
      [404, 'success', '404'],
      [503, 'error', '503'],
    ])('with the status %s is told as %s', async (status, word, type) => {
      const { only } = observe();
      answers({ status });
      await send(own);
      expect(only('response')).toMatchObject({ status: word, statusCode: status, attributes: { 'error.type': type } });
      expect(only('metric').attributes).toMatchObject({ 'http.response.status_code': status, 'error.type': type });
    });

    it('that fails has a response without a status code', async () => {
      const { only } = observe();
      answer = () => Promise.reject(new TypeError('Failed to fetch'));
      await send(own);
      expect(only('response')).toMatchObject({ status: 'error', statusCode: undefined });
      expect(only('response').attributes['error.type']).toMatch(/^(TypeError|NetworkError)$/);
      expect(only('metric').attributes['error.type']).toBe(only('response').attributes['error.type']);
    });

    describe('the id', () => {
      it('goes along to the own origin, beside the trace', async () => {
        const { only } = observe();
        await send(own);
        expect(sent[0]?.get('x-request-id')).toBe(only('request').requestId);
        expect(sent[0]?.get('traceparent')).toContain(only('span').trace.spanId);
      });

      it('is that of the active request', async () => {
        const { obs, ofKind } = observe();
        let requestId = '';
        await obs.traceRequest('GET', '/page', (context) => {
          ({ requestId } = context);
          return send(own);
        });
        expect(sent[0]?.get('x-request-id')).toBe(requestId);
        const seen = ofKind('response').find(({ side }) => side === 'client');
        expect(seen?.requestId).toBe(requestId);
      });

      it('of the application stays, and is that of the signals', async () => {
        const { only } = observe();
        await send(own, { headers: { 'X-Request-ID': 'order/7' } });
        expect(sent[0]?.get('x-request-id')).toBe('order/7');
        expect([only('request').requestId, only('response').requestId, only('span').requestId]).toEqual(['order/7', 'order/7', 'order/7']);
      });

      it('of the application that is none stays, too', async () => {
        const { only } = observe();
        await send(own, { headers: { 'x-request-id': 'order 7' } });
        expect(sent[0]?.get('x-request-id')).toBe('order 7');
        expect(only('request').requestId).toMatch(uuid);
      });

      it('goes along without tracing, and takes no header of the application away', async () => {
        const { signals, only } = observe(true, { tracing: { enabled: false } });
        const stale = '00-11111111111111111111111111111111-2222222222222222-01';
        await send(own, { headers: { traceparent: stale, 'x-mine': 'yes' } });
        expect(signals.map(({ kind }) => kind)).toEqual(['request', 'metric', 'response']);
        expect(Object.fromEntries(sent[0] ?? [])).toEqual({ traceparent: stale, 'x-mine': 'yes', 'x-request-id': only('request').requestId });
      });

      it('stays here without request logging, and the span with its trace goes on', async () => {
        const { signals, only } = observe(false);
        await send(own);
        expect(signals.map(({ kind }) => kind)).toEqual(['span']);
        expect([...(sent[0]?.keys() ?? [])]).toEqual(['traceparent']);
        expect(sent[0]?.get('traceparent')).toContain(only('span').trace.spanId);
      });

      it('does not go to another origin, unless propagateTo names it', async () => {
        const { ofKind } = observe(true, { tracing: { propagateTo: ['https://api.test'] } });
        await send(elsewhere);
        await send('https://api.test/');
        expect(sent.map((headers) => [...headers.keys()])).toEqual([[], ['traceparent', 'x-request-id']]);
        expect(sent[1]?.get('x-request-id')).toBe(ofKind('request')[1]?.requestId);
      });
    });

    it('is nothing at all where tracing is off as well', async () => {
      const { signals } = observe(false, { tracing: { enabled: false } });
      await send(own, { headers: { 'x-mine': 'yes' } });
      expect(Object.fromEntries(sent[0] ?? [])).toEqual({ 'x-mine': 'yes' });
      expect(signals).toEqual([]);
    });

    it('is nothing at all in a manager that is off', async () => {
      const { signals } = observe(true, { enabled: false });
      await send(own);
      expect([...(sent[0] ?? [])]).toEqual([]);
      expect(signals).toEqual([]);
    });

    it('that is ignored has its span and its id, and nothing else', async () => {
      const { ofKind, signals } = observe({ ignore: ['/health', /\.png$/] });
      for (const url of ['/health?deep', '/health/live', '/logo.png', '/healthy']) await send(url);
      expect(ofKind('span').map(({ requestId }) => requestId)).toEqual(sent.map((headers) => headers.get('x-request-id')));
      expect(signals.filter(({ kind }) => kind !== 'span').map(({ name }) => name)).toEqual(['GET /healthy', 'http.client.request.duration', 'GET /healthy']);
    });

    it('is told to a function that ignores', async () => {
      const told: LoggedRequest[] = [];
      const { ofKind } = observe({ ignore: (request) => told.push(request) > 1 });
      await send(own, { method: 'PUT' });
      await send(elsewhere);
      expect(told).toEqual([
        { method: 'PUT', path: '/orders', side: 'client' },
        { method: 'GET', path: '/orders', side: 'client' },
      ]);
      expect(ofKind('response')).toHaveLength(1);
    });

    it('is measured alone when what goes out is not logged', async () => {
      const { signals } = observe({ outgoing: false });
      await send(own);
      expect(signals.map(({ kind }) => kind)).toEqual(['metric', 'span']);
      expect(sent[0]?.get('x-request-id')).toMatch(uuid);
    });

    it('is logged from the level on', async () => {
      const { ofKind, obs } = observe({ logLevel: 'WARN' });
      for (const status of [200, 404, 500]) {
        answers({ status });
        await send(own);
      }
      expect(ofKind('request')).toEqual([]);
      expect(ofKind('response').map(({ statusCode }) => statusCode)).toEqual([404, 500]);
      expect(ofKind('metric')).toHaveLength(3);
      expect(obs.ledger().filtered.disabled).toBe(4);
    });

    describe('the body', () => {
      const json = { 'content-type': 'application/json' };

      it('is not looked at unless it is wanted', async () => {
        const { only } = observe();
        answers({ headers: { ...json, 'content-length': '7' }, body: '{"a":1}' });
        const clone = vi.spyOn(Response.prototype, 'clone');
        await send(own, { method: 'POST', headers: json, body: '{"b":2}' });
        expect([only('response').requestData, only('response').data]).toEqual([undefined, undefined]);
        expect(clone).not.toHaveBeenCalled();
      });

      it('is there, both ways, with its secrets redacted', async () => {
        const { ofKind } = observe({ bodies: true });
        const body = '{"a":1,"password":"hidden"}';
        answers({ headers: { ...json, 'content-length': String(body.length) }, body });
        await send(own, { method: 'POST', headers: json, body: '{"b":2,"password":"hidden"}' });
        await vi.waitFor(() => expect(ofKind('response')).toHaveLength(1));
        expect(ofKind('response')[0]).toMatchObject({ requestData: { b: 2 }, data: { a: 1 } });
        expect(JSON.stringify(ofKind('response'))).not.toContain('hidden');
      });

      it.each([
        ['a text', 'hello', undefined, 'hello'],
        ['a form', new URLSearchParams({ a: '1', b: 'x y' }), undefined, { a: '1', b: 'x y' }],
        ['a text of another type', '<a/>', 'text/xml', undefined],
        ['a large one', 'x'.repeat(9_000), undefined, undefined],
        ['a file', new Blob(['hello'], { type: 'text/plain' }), undefined, undefined],
        ['a form with files', new FormData(), undefined, undefined],
        ['bytes', new TextEncoder().encode('hello'), 'text/plain', undefined],
      ])('that is sent and is %s', async (_, body, type, logged) => {
        const { only } = observe({ bodies: true });
        const headers = type === undefined ? {} : { 'content-type': type };
        await send(own, { method: 'POST', headers, body: body as string });
        expect(only('response').requestData).toEqual(logged);
      });

      it('is of a share of the requests', async () => {
        let chance = 0.4;
        const { ofKind } = observe({ bodies: { rate: 0.5 } }, { random: () => chance });
        await send(own, { method: 'POST', body: 'one' });
        chance = 0.6;
        await send(own, { method: 'POST', body: 'two' });
        expect(ofKind('response').map(({ requestData }) => requestData)).toEqual(['one', undefined]);
      });
    });
  });

  describe('the response of fetch', () => {
    const text = (body: string): Answer => ({ headers: { 'content-type': 'text/plain', 'content-length': String(body.length) }, body });

    it('without a status code is one that the page may not see', async () => {
      const { only } = observe();
      answer = () => Promise.resolve(Response.error());
      await fetch(elsewhere, { mode: 'no-cors' });
      expect(only('response')).toMatchObject({ status: 'success', statusCode: undefined });
      expect([...(sent[0]?.keys() ?? [])]).toEqual([]);
      expect(only('metric').attributes['http.response.status_code']).toBe(undefined);
    });

    it.each([
      ['AbortError', undefined],
      ['TimeoutError', new DOMException('timed out', 'TimeoutError')],
    ])('tells of an abort: %s', async (type, reason) => {
      const { only } = observe();
      const controller = new AbortController();
      answer = () => new Promise((_, reject) => controller.signal.addEventListener('abort', () => reject(controller.signal.reason)));
      const over = fetch(own, { signal: controller.signal }).catch(() => undefined);
      controller.abort(reason);
      await over;
      expect(only('response')).toMatchObject({ status: 'error', statusCode: undefined, attributes: { 'error.type': type } });
    });

    it('is not waited for by the application, and does not count the wait', async () => {
      const { clock, ofKind } = observe({ bodies: true });
      let finish = (): void => undefined;
      answer = () => {
        const body = new ReadableStream({
          start(controller) {
            finish = () => {
              controller.enqueue(new TextEncoder().encode('hello'));
              controller.close();
            };
          },
        });
        clock.advance(10);
        return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/plain', 'content-length': '5' } }));
      };
      const response = await fetch(own);
      expect(ofKind('response')).toEqual([]);
      clock.advance(20);
      finish();
      expect(await response.text()).toBe('hello');
      await vi.waitFor(() => expect(ofKind('response')).toMatchObject([{ data: 'hello', duration: 10 }]));
      expect(ofKind('metric')).toMatchObject([{ value: 10 }]);
    });

    it('does without a body that takes too long', async () => {
      const { clock, ofKind } = observe({ bodies: true });
      const headers = { 'content-type': 'text/plain', 'content-length': '5' };
      const cancel = vi.fn();
      const response = new Response(new ReadableStream({ cancel }), { headers });
      answer = () => Promise.resolve(response);
      await fetch(own);
      clock.advance(4_999);
      expect(ofKind('response')).toEqual([]);
      clock.advance(1);
      expect(ofKind('response')).toMatchObject([{ status: 'success', statusCode: 200, duration: 0, data: undefined }]);
      // The copy has let go of it: the application's side is the last.
      await response.body?.cancel();
      expect(cancel).toHaveBeenCalled();
    });

    it('does without a body when the manager ends', async () => {
      const { obs, ofKind } = observe({ bodies: true });
      answer = () => Promise.resolve(new Response(new ReadableStream(), { headers: { 'content-type': 'text/plain', 'content-length': '5' } }));
      await fetch(own);
      await obs.shutdown();
      expect(ofKind('response')).toMatchObject([{ status: 'success', statusCode: 200 }]);
    });

    it('does without a body that is cut off', async () => {
      const { ofKind } = observe({ bodies: true });
      const broken = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('he'));
          controller.error(new TypeError('network error'));
        },
      });
      answer = () => Promise.resolve(new Response(broken, { headers: { 'content-type': 'text/plain', 'content-length': '5' } }));
      const response = await fetch(own);
      await expect(response.text()).rejects.toThrow(TypeError);
      await vi.waitFor(() => expect(ofKind('response')).toMatchObject([{ statusCode: 200, data: undefined, error: undefined }]));
    });

    it.each([
      ['does not tell how long it is', { headers: { 'content-type': 'text/plain' }, body: 'hello' }],
      ['is long', { headers: { 'content-type': 'text/plain', 'content-length': '8193' }, body: 'x'.repeat(8_193) }],
      ['is compressed', { headers: { 'content-type': 'text/plain', 'content-length': '5', 'content-encoding': 'gzip' }, body: 'hello' }],
      ['is of another type', { headers: { 'content-type': 'image/png', 'content-length': '5' }, body: 'hello' }],
      ['is empty', text('')],
      ['never ends', { headers: { 'content-type': 'text/event-stream', 'content-length': '5' }, body: 'hello' }],
    ] as readonly (readonly [string, Answer])[])('is not copied when it %s', async (_, given) => {
      const { only } = observe({ bodies: true });
      answers(given);
      const clone = vi.spyOn(Response.prototype, 'clone');
      const response = await fetch(own);
      expect(clone).not.toHaveBeenCalled();
      expect(only('response').data).toBe(undefined);
      expect(await response.text()).toBe(given.body);
    });

    it('is not read further than it is wanted, though it said that it is short', async () => {
      const { ofKind } = observe({ bodies: { maxBytes: 10 } });
      const long = 'x'.repeat(400);
      let pulled = 0;
      const pieces = new ReadableStream({
        pull(controller) {
          if (pulled++ < 40) controller.enqueue(new TextEncoder().encode(long.slice(0, 10)));
          else controller.close();
        },
      });
      answer = () => Promise.resolve(new Response(pieces, { headers: { 'content-type': 'text/plain', 'content-length': '5' } }));
      const response = await fetch(own);
      await vi.waitFor(() => expect(ofKind('response')).toMatchObject([{ data: undefined }]));
      expect(pulled).toBeLessThan(10);
      expect(await response.text()).toBe(long);
    });

    it('is the very response, whose body a patch below may have read', async () => {
      const { ofKind } = observe({ bodies: true });
      answers(text('hello'));
      const read = await answer();
      await read.text();
      answer = () => Promise.resolve(read);
      expect(await fetch(own)).toBe(read);
      expect(ofKind('response')).toMatchObject([{ statusCode: 200, data: undefined }]);
    });

    it.each([[undefined], [null], ['text'], [{}], [{ status: 200, headers: { 'content-length': '5', 'content-type': 'text/plain' } }]])(
      'may be no response at all: %o',
      async (given) => {
        const { ofKind, health } = observe({ bodies: true });
        answer = () => Promise.resolve(given as unknown as Response);
        expect(await fetch(own)).toBe(given);
        expect(ofKind('response')).toHaveLength(1);
        expect(health).toEqual([]);
      },
    );
  });

  describe('the headers of fetch', () => {
    it('of a Request are told, its body is not', async () => {
      const { only } = observe({ bodies: true, headers: ['x-mine'] });
      await fetch(new Request(own, { method: 'POST', body: 'hello', headers: { 'x-mine': 'yes' } }));
      expect(only('request').headers).toEqual({ 'x-mine': 'yes' });
      expect(only('response').requestData).toBe(undefined);
    });

    it('that come only once are not used up, and an id among them stays', async () => {
      function* headers(): Generator<[string, string]> {
        yield ['X-Request-Id', 'mine'];
        yield ['x-mine', 'yes'];
      }
      observe();
      await fetch(own, { headers: headers() as unknown as HeadersInit });
      await fetch(elsewhere, { headers: headers() as unknown as HeadersInit });
      expect(sent.map((given) => [given.get('x-request-id'), given.get('x-mine')])).toEqual([
        ['mine', 'yes'],
        ['mine', 'yes'],
      ]);
    });
  });

  it('of an XMLHttpRequest knows what was set twice as the browser sends it', async () => {
    const { only } = observe({ headers: ['x-mine'] });
    const request = new XMLHttpRequest();
    request.open('GET', own);
    for (const value of [' one ', 'two']) request.setRequestHeader('X-Mine', value);
    request.send();
    expect(only('request').headers).toEqual({ 'x-mine': 'one, two' });
    expect(sent[0]?.get('x-mine')).toBe('one, two');
    await vi.waitFor(() => only('response'));
  });

  it('of an XMLHttpRequest does not log a body that the browser does not send', async () => {
    const { ofKind } = observe({ bodies: true });
    await byXhr.send(own, { method: 'get', body: 'hello' });
    await byXhr.send(own, { method: 'PUT', body: 'hello' });
    expect(ofKind('response').map(({ requestData }) => requestData)).toEqual([undefined, 'hello']);
  });

  it('does not see what a sink sends, nor looks at it', async () => {
    let read = 0;
    const init = {
      get headers(): Record<string, string> {
        read += 1;
        return {};
      },
    };
    const sink = {
      name: 'mine',
      async write() {
        await Promise.all([byFetch.send('/v1/logs', init), byXhr.send('/v1/logs')]);
      },
    };
    const obs = createObservability({ sources: [fetches(), xmlHttpRequests()], sinks: [sink], clock: createTestClock(), requestLogging: { bodies: true } });
    managers.push(obs);
    const { signals } = recordingOf(obs);
    obs.logger.info('work');
    await obs.flush();
    expect(sent.map((headers) => [...headers])).toEqual([[], []]);
    // By the browser.
    expect(read).toBe(1);
    expect(signals.map(({ kind }) => kind)).toEqual(['log']);
  });
});
