// What the application asks others with `fetch`.
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError, fetches } from '#sdk';
import type { Attributes } from '#sdk';
import { listen, observe, serve, traceparent, undo, undoAll, until } from './observed.ts';
import type { Observed } from './observed.ts';

afterEach(undoAll);

const fetching = (options = {}): Observed => observe({ sources: [fetches()], ...options });
const ok: RequestListener = (given, response) => void given.resume().on('end', () => response.end('ok'));

async function recording(answer: RequestListener = ok): Promise<{ origin: string; came: IncomingMessage[] }> {
  const came: IncomingMessage[] = [];
  const port = await serve((given, response) => {
    came.push(given);
    answer(given, response);
  });
  return { origin: `http://127.0.0.1:${port}`, came };
}

function values({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === name);
}

describe('the headers of the trace arrive once, in place of stale ones', () => {
  const stale = { traceparent, tracestate: 'old=1' };
  const ways: readonly (readonly [string, (origin: string) => Promise<Response>])[] = [
    ['of a text', (origin) => fetch(`${origin}/a`)],
    ['of a URL', (origin) => fetch(new URL(`${origin}/a`))],
    ['of a Request', (origin) => fetch(new Request(`${origin}/a`, { headers: stale }))],
    ['of a Request with other headers', (origin) => fetch(new Request(`${origin}/a`), { headers: stale })],
    ['with headers in an object', (origin) => fetch(`${origin}/a`, { headers: { a: '1', ...stale } })],
    [
      'with headers in a list',
      (origin) =>
        fetch(`${origin}/a`, {
          headers: [
            ['Traceparent', traceparent],
            ['TraceState', 'old=1'],
          ],
        }),
    ],
    ['with Headers', (origin) => fetch(`${origin}/a`, { headers: new Headers(stale) })],
    ['with a body', (origin) => fetch(`${origin}/a`, { method: 'POST', body: 'x', headers: stale })],
    [
      'with a body that is streamed',
      (origin) =>
        fetch(`${origin}/a`, { method: 'POST', body: new Blob(['a', 'b']).stream(), duplex: 'half', headers: stale } as RequestInit),
    ],
  ];
  it.each(ways)('%s', async (_, ask) => {
    const observed = fetching();
    const { origin, came } = await recording();
    const text = await observed.obs.tracer.startSpan('work', async () => (await ask(origin)).text());
    const [span] = await observed.waitFor(1, 'client');
    const work = observed.spans.find(({ name }) => name === 'work')!;
    expect(text).toBe('ok');
    expect(values(came[0]!, 'traceparent')).toEqual([`00-${work.trace.traceId}-${span!.trace.spanId}-01`]);
    expect(values(came[0]!, 'tracestate')).toEqual([]);
    expect(span!.parentSpanId).toBe(work.trace.spanId);
    expect(observed.spans.length).toBe(2);
  });

  it('only where they are allowed', async () => {
    const { origin, came } = await recording();
    const observed = fetching({ tracing: { propagateTo: ['https://shop.example'] } });
    await (await fetch(`${origin}/a`, { headers: { traceparent } })).text();
    await observed.waitFor(1);
    expect(values(came[0]!, 'traceparent')).toEqual([traceparent]);
    expect(observed.said.filter((line) => line.startsWith('propagateTo')).length).toBe(1);
  });
});

describe('what the span says', () => {
  it('is what the semantic conventions ask for', async () => {
    const observed = fetching();
    const { origin } = await recording();
    await (await fetch(`${origin}/a?b=c#d`)).text();
    const [span] = await observed.waitFor(1);
    const { 'service.name': _, 'deployment.environment.name': __, ...own } = span!.attributes;
    expect(span).toMatchObject({ name: 'GET', spanKind: 'client', status: { code: 'unset' } });
    expect(own).toEqual({
      'http.request.method': 'GET',
      'url.full': `${origin}/a?b=c`,
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(origin).port),
      'http.response.status_code': 200,
    } satisfies Attributes);
  });

  const statuses: readonly (readonly [number, string | undefined])[] = [
    [204, undefined],
    [304, undefined],
    [404, '404'],
    [503, '503'],
  ];
  it.each(statuses)('of status %d', async (status, error) => {
    const observed = fetching();
    const { origin } = await recording((_, response) => void response.writeHead(status).end());
    await (await fetch(origin)).text();
    expect((await observed.waitFor(1))[0]).toMatchObject({
      status: { code: error === undefined ? 'unset' : 'error' },
      attributes: { 'http.response.status_code': status },
    });
    expect(observed.spans[0]!.attributes['error.type']).toBe(error);
  });

  it('does not wait for a body that nobody reads, and leaves it unread', async () => {
    const observed = fetching();
    const { origin } = await recording((_, response) => void response.end('x'.repeat(1_000_000)));
    const response = await fetch(origin);
    await observed.waitFor(1);
    expect(response.bodyUsed).toBe(false);
    expect((await response.text()).length).toBe(1_000_000);
    expect(observed.spans.length).toBe(1);
  });

  it('is each hop of a redirect', async () => {
    const observed = fetching();
    const { origin, came } = await recording(
      (given, response) => void (given.url === '/a' ? response.writeHead(302, { location: '/b' }).end() : response.end()),
    );
    await observed.obs.tracer.startSpan('work', async () => (await fetch(`${origin}/a`)).text());
    const spans = await observed.waitFor(2, 'client');
    const work = observed.spans.find(({ name }) => name === 'work')!;
    expect(spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([302, 200]);
    expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([work.trace.spanId, work.trace.spanId]);
    expect(came.map((given) => values(given, 'traceparent'))).toEqual(spans.map(({ trace }) => [`00-${trace.traceId}-${trace.spanId}-01`]));
  });

  const silent = (): void => undefined;
  const failures: readonly (readonly [string, ((socket: Socket) => void) | undefined, (origin: string) => Promise<unknown>, string])[] = [
    ['when nobody listens', undefined, () => fetch('http://127.0.0.1:2'), 'ECONNREFUSED'],
    ['when the name is unknown', undefined, () => fetch('http://nowhere.invalid'), 'ENOTFOUND'],
    ['when the connection is closed', (socket) => void socket.destroy(), (origin) => fetch(origin), 'UND_ERR_SOCKET'],
    [
      'when it is aborted',
      silent,
      (origin) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 10);
        return fetch(origin, { signal: controller.signal });
      },
      'AbortError',
    ],
    ['when it times out', silent, (origin) => fetch(origin, { signal: AbortSignal.timeout(10) }), 'TimeoutError'],
  ];
  it.each(failures)('is an error %s', async (_, act, ask, error) => {
    const observed = fetching();
    const sockets: Socket[] = [];
    undo.push(() => sockets.forEach((socket) => socket.destroy()));
    const port = await listen(
      createServer((socket) => {
        sockets.push(socket.on('error', silent));
        socket.once('data', () => act?.(socket));
      }),
    );
    await expect(ask(`http://127.0.0.1:${port}`)).rejects.toThrow();
    const [span] = await observed.waitFor(1);
    expect(span!.attributes['error.type']).toBe(error);
    expect(span!.status.code).toBe('error');
    await wait(5);
    expect(observed.spans.length).toBe(1);
  });

  it('is no error when the body is cancelled', async () => {
    const observed = fetching();
    const { origin } = await recording((_, response) => void response.write('x'.repeat(1_000)));
    await (await fetch(origin)).body!.cancel();
    await wait(10);
    expect(observed.spans.map(({ status }) => status.code)).toEqual(['unset']);
  });

  it('is nothing of what is no request over HTTP', async () => {
    const observed = fetching();
    await (await fetch('data:text/plain,hello')).text();
    await wait(5);
    expect(observed.spans).toEqual([]);
  });
});

describe('what is not seen', () => {
  it('by `ignore`', async () => {
    const { origin, came } = await recording();
    const observed = observe({ sources: [fetches({ ignore: [`${origin}/health`] })] });
    for (const path of ['/health', '/healthy']) await (await fetch(origin + path)).text();
    await observed.waitFor(1);
    expect(came.map((given) => values(given, 'traceparent').length)).toEqual([0, 1]);
  });

  it('anything, when tracing is switched off', async () => {
    const { origin, came } = await recording();
    const observed = fetching({ tracing: false });
    await (await fetch(origin)).text();
    expect([observed.spans, values(came[0]!, 'traceparent')]).toEqual([[], []]);
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ['a text', 'x'],
    ['a path: it could be of any host', ['/health']],
    ['what is no address', ['https://']],
    ['nothing', ['']],
  ];
  it.each(wrong)('wrong options are refused: %s', (_, ignore) => {
    expect(() => fetches({ ignore } as Parameters<typeof fetches>[0])).toThrow(ConfigurationError);
  });
});

describe('beside another instrumentation', () => {
  it('that adds its headers later, a trace arrives once: a receiver would believe neither', async () => {
    const observed = fetching();
    const { origin, came } = await recording();
    const add = (message: unknown): void => {
      const { request } = message as { readonly request: { addHeader(name: string, value: string): void } };
      request.addHeader('Traceparent', traceparent);
      request.addHeader('x-other', '1');
    };
    subscribe('undici:request:create', add);
    undo.push(() => unsubscribe('undici:request:create', add));
    await (await fetch(origin)).text();
    await observed.waitFor(1);
    expect([values(came[0]!, 'traceparent'), values(came[0]!, 'x-other')]).toEqual([[traceparent], ['1']]);
  });
});

describe('an undici that the application brought along', () => {
  /** As version 5 told of a request: its headers are text. */
  it('of an old version loses its stale headers too', async () => {
    const observed = fetching();
    const added: string[] = [];
    const request = {
      method: 'GET',
      origin: 'https://me:secret@shop.example',
      path: '/a',
      headers: `a: 1\r\nTraceparent: ${traceparent}\r\nb: 2\r\n`,
      addHeader: (name: string, value: string) => void added.push(name, value),
    };
    channel('undici:request:create').publish({ request });
    channel('undici:request:headers').publish({ request, response: { statusCode: 200 } });
    const [span] = await observed.waitFor(1);
    expect(request.headers).toBe('a: 1\r\nb: 2\r\n');
    expect(added).toEqual(['traceparent', `00-${span!.trace.traceId}-${span!.trace.spanId}-01`, 'x-request-id', span!.requestId]);
    expect(span!.attributes).toMatchObject({ 'url.full': 'https://shop.example/a', 'server.port': 443 });
  });

  const odd: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['a request without a URL', { request: { method: 'GET', headers: [], addHeader: () => undefined } }],
    ['a request that cannot take headers', { request: { method: 'GET', origin: 'http://a', path: '/', headers: [] } }],
  ];
  it.each(odd)('that tells of %s does no harm, and it is said', async (_, message) => {
    const observed = fetching();
    channel('undici:request:create').publish(message);
    await until(() => observed.said.length === 1);
    expect(observed.said[0]).toMatch(/^fetches: a request could not be followed/);
  });
});
