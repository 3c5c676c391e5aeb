// What servers are asked, over real sockets: which spans there are, what they say, and how they end.
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError, incomingRequests } from '#sdk';
import type { Attributes, SpanSignal } from '#sdk';
import { connectRaw, listen, observe, parentId, serve, traceId, traceparent, undoAll, until } from './observed.ts';
import type { Observed } from './observed.ts';

afterEach(undoAll);

const incoming = (): Observed => observe({ sources: [incomingRequests()] });

/** Sends bytes to a server of its own, and gives back the spans once there are as many. */
async function ask(listener: RequestListener, bytes: string, count = 1): Promise<SpanSignal[]> {
  const observed = incoming();
  const client = await connectRaw(await serve(listener));
  client.write(bytes);
  return observed.waitFor(count);
}

const end: RequestListener = (_, response) => void response.end('ok');
const head = (first: string, ...lines: string[]): string =>
  `${[`${first} HTTP/1.1`, 'Host: shop.example:8080', ...lines].join('\r\n')}\r\n\r\n`;
const resource = ['service.name', 'deployment.environment.name'];
const own = ({ attributes }: SpanSignal): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([key]) => !resource.includes(key)));

describe('the span of a request', () => {
  it('says what the semantic conventions ask for', async () => {
    const [span] = await ask(end, head('GET /orders?id=7', 'User-Agent: test/1'));
    expect(span).toMatchObject({ name: 'GET', spanKind: 'server', status: { code: 'unset' }, parentSpanId: undefined });
    expect(own(span!)).toEqual({
      'http.request.method': 'GET',
      'url.path': '/orders',
      'url.query': 'id=7',
      'url.scheme': 'http',
      'server.address': 'shop.example',
      'server.port': 8080,
      'network.protocol.version': '1.1',
      'user_agent.original': 'test/1',
      'http.response.status_code': 200,
    });
  });

  const requests: readonly (readonly [string, string, string, Attributes])[] = [
    [
      'of an unknown method',
      head('BREW /pot').replace('BREW', 'PROPFIND'),
      'HTTP',
      { 'http.request.method': '_OTHER', 'http.request.method_original': 'PROPFIND' },
    ],
    ['of PATCH', head('PATCH /a', 'Content-Length: 0'), 'PATCH', { 'http.request.method': 'PATCH' }],
    ['for a whole URL', head('GET http://other.example/a/b?c=d'), 'GET', { 'url.path': '/a/b', 'url.query': 'c=d' }],
    ['for a whole URL without a path', head('GET http://other.example?c=d'), 'GET', { 'url.path': '/', 'url.query': 'c=d' }],
    ['for the server as a whole', head('OPTIONS *'), 'OPTIONS', { 'url.path': '*' }],
    ['with an empty query', head('GET /a?'), 'GET', { 'url.path': '/a', 'url.query': undefined }],
    ['with a query that has another question mark', head('GET /a?b=?'), 'GET', { 'url.path': '/a', 'url.query': 'b=?' }],
    ['to an IPv6 address', 'GET / HTTP/1.1\r\nHost: [::1]:81\r\n\r\n', 'GET', { 'server.address': '::1', 'server.port': 81 }],
    ['to an IPv6 address without a port', 'GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n', 'GET', { 'server.address': '::1', 'server.port': 80 }],
    ['to a host without a port', 'GET / HTTP/1.1\r\nHost: shop\r\n\r\n', 'GET', { 'server.address': 'shop', 'server.port': 80 }],
    [
      'to a host with a port that is no number',
      'GET / HTTP/1.1\r\nHost: shop:x\r\n\r\n',
      'GET',
      { 'server.address': 'shop', 'server.port': undefined },
    ],
    ['to no host, as HTTP/1.0 may', 'GET / HTTP/1.0\r\n\r\n', 'GET', { 'server.address': undefined, 'network.protocol.version': '1.0' }],
    ['to no host, which HTTP/1.1 forbids', 'GET / HTTP/1.1\r\n\r\n', 'GET', { 'http.response.status_code': 400, 'error.type': undefined }],
  ];
  it.each(requests)('%s', async (_, bytes, name, attributes) => {
    const [span] = await ask(end, bytes);
    expect(span!.name).toBe(name);
    for (const [key, value] of Object.entries(attributes)) expect([key, span!.attributes[key]]).toEqual([key, value]);
  });

  it('caps what is long', async () => {
    const [span] = await ask(end, head(`GET /${'a'.repeat(10_000)}`));
    expect(String(span!.attributes['url.path']).length).toBeLessThan(4_200);
  });

  it('continues the trace of the headers, sampled or not, with its state', async () => {
    const sampled = head('GET /', `traceparent: ${traceparent}`, 'tracestate: a=1');
    const [first, second] = await ask(end, sampled + head('GET /', `traceparent: ${traceparent.slice(0, -1)}0`), 2);
    expect(first).toMatchObject({ trace: { traceId, sampled: true, traceState: 'a=1' }, parentSpanId: parentId, parentIsRemote: true });
    expect(second).toMatchObject({ trace: { traceId, sampled: false }, parentSpanId: parentId });
  });

  it('begins a trace where the header is malformed', async () => {
    const [span] = await ask(end, head('GET /', 'traceparent: 00-zz-zz-01'));
    expect(span!.parentSpanId).toBe(undefined);
    expect(span!.trace.traceId).toMatch(/^[\da-f]{32}$/);
  });
});

describe('the end of a request', () => {
  interface Ending {
    readonly bytes?: string;
    readonly listener: RequestListener;
    readonly status: number;
    readonly error?: string;
  }
  const endings: readonly (readonly [string, Ending])[] = [
    ['2xx', { listener: (_, r) => void r.writeHead(201).end('made'), status: 201 }],
    ['204', { listener: (_, r) => void r.writeHead(204).end(), status: 204 }],
    ['304', { listener: (_, r) => void r.writeHead(304).end(), status: 304 }],
    ['4xx is no error of who serves', { listener: (_, r) => void r.writeHead(404).end(), status: 404 }],
    ['5xx is', { listener: (_, r) => void r.writeHead(503).end(), status: 503, error: '503' }],
    ['HEAD', { bytes: head('HEAD /'), listener: end, status: 200 }],
    [
      'early hints, then the answer',
      { listener: (_, r) => (r.writeEarlyHints({ link: '</a.css>; rel=preload' }), void r.writeHead(202).end()), status: 202 },
    ],
    ['processing, then the answer', { listener: (_, r) => (r.writeProcessing(), void r.writeHead(200).end()), status: 200 }],
    [
      'a second head, which Node refuses',
      {
        listener(_, r) {
          r.writeHead(200);
          expect(() => r.writeHead(500)).toThrow('after they are sent');
          r.end();
        },
        status: 200,
      },
    ],
    ['an answer in pieces', { listener: (_, r) => (r.write('a'), void setTimeout(() => r.end('b'), 5)), status: 200 }],
    [
      'Expect: 100-continue',
      {
        bytes: head('POST /', 'Expect: 100-continue', 'Content-Length: 2') + 'ab',
        listener: (q, r) => void q.resume().on('end', () => r.end()),
        status: 200,
      },
    ],
    ['an expectation that cannot be met', { bytes: head('POST /', 'Expect: tea', 'Content-Length: 0'), listener: end, status: 417 }],
    ['a body that is not read', { bytes: head('POST /', 'Content-Length: 2') + 'ab', listener: end, status: 200 }],
  ];
  it.each(endings)('%s', async (_, { bytes = head('GET /'), listener, status, error }) => {
    const [span] = await ask(listener, bytes);
    expect(span!.attributes['http.response.status_code']).toBe(status);
    expect(span!.attributes['error.type']).toBe(error);
    expect(span!.status).toEqual({ code: error === undefined ? 'unset' : 'error', message: undefined });
  });

  it('comes with the answer, not with the end of the connection', async () => {
    const observed = incoming();
    const client = await connectRaw(await serve((_, response) => void setTimeout(() => response.end(), 30)));
    client.write(head('GET /'));
    const [span] = await observed.waitFor(1);
    expect(client.socket.destroyed).toBe(false);
    expect(span!.duration).toBeGreaterThanOrEqual(25);
    expect(span!.duration).toBeLessThan(1_000);
  });

  it('is the application’s answer where it has a listener for expectations', async () => {
    const observed = incoming();
    const server = createServer(end).on('checkContinue', (_, response: ServerResponse) => void response.writeHead(413).end());
    const client = await connectRaw(await listen(server));
    client.write(head('POST /', 'Expect: 100-continue', 'Content-Length: 2'));
    expect((await observed.waitFor(1))[0]!.attributes['http.response.status_code']).toBe(413);
  });

  it('comes once for each of many on one connection, in order', async () => {
    const statuses = [200, 404, 500, 204, 304];
    const spans = await ask(
      (request, response) => void response.writeHead(Number(request.url!.slice(1))).end(),
      statuses.map((status) => head(`GET /${status}`)).join(''),
      5,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual(statuses);
    expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(statuses.map((status) => `/${status}`));
  });

  describe('when the connection ends first', () => {
    const aborted = { code: 'error', message: 'the connection ended before the answer did' };
    const cases: readonly (readonly [string, RequestListener, number | undefined])[] = [
      ['before any answer', () => undefined, undefined],
      ['in the middle of the answer', (_, response) => void response.writeHead(200, { 'content-length': 10 }).write('half'), 200],
      ['with an answer of 500 begun', (_, response) => void response.writeHead(500).write('half'), 500],
    ];
    it.each(cases)('%s: it is ended once, as an error', async (_, listener, status) => {
      const observed = incoming();
      let asked = false;
      const port = await serve((request, response) => {
        listener(request, response);
        asked = true;
      });
      const client = await connectRaw(port);
      client.write(head('GET /'));
      await until(() => asked);
      client.socket.destroy();
      const [span] = await observed.waitFor(1);
      expect(span!.status).toEqual(aborted);
      expect(span!.attributes).toMatchObject({
        'error.type': 'aborted',
        ...(status === undefined ? {} : { 'http.response.status_code': status }),
      });
      if (status === undefined) expect(span!.attributes).not.toHaveProperty(['http.response.status_code']);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(observed.spans.length).toBe(1);
    });

    it('by the server itself', async () => {
      const observed = incoming();
      const server = createServer((request) => void request.socket.destroy());
      const client = await connectRaw(await listen(server));
      client.write(head('GET /'));
      expect((await observed.waitFor(1))[0]!.status).toEqual(aborted);
    });

    it('because the server was closed with requests open', async () => {
      const observed = incoming();
      const server = createServer(() => server.closeAllConnections());
      const client = await connectRaw(await listen(server));
      client.write(head('GET /'));
      expect((await observed.waitFor(1))[0]!.status).toEqual(aborted);
    });

    it('those whose answer waits for its turn end too', async () => {
      const observed = incoming();
      let asked = 0;
      const port = await serve((request, response) => {
        asked += 1;
        // The first is never answered; the others are, but must wait.
        if (request.url !== '/0') request.resume().on('end', () => response.end('ok'));
      });
      const client = await connectRaw(port);
      client.write(head('GET /0') + head('GET /1') + head('GET /2'));
      await until(() => asked === 3);
      await new Promise((resolve) => setTimeout(resolve, 10));
      client.socket.destroy();
      const spans = await observed.waitFor(3);
      expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/0', '/1', '/2']);
      expect(spans.map(({ status }) => status.code)).toEqual(['error', 'error', 'error']);
    });

    it('is no error when the answer was complete', async () => {
      const [span] = await ask(end, head('GET /', 'Connection: close'));
      expect(span!.status.code).toBe('unset');
    });
  });

  it('a handler that throws: what the process then does is its own affair', async () => {
    const observed = incoming();
    const error = new Error('handler');
    const thrown = new Promise((resolve) => {
      const listeners = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.once('uncaughtException', (caught) => {
        for (const listener of listeners) process.on('uncaughtException', listener);
        resolve(caught);
      });
    });
    const client = await connectRaw(
      await serve(() => {
        throw error;
      }),
    );
    client.write(head('GET /'));
    expect(await thrown).toBe(error);
    client.socket.destroy();
    expect((await observed.waitFor(1))[0]!.attributes['error.type']).toBe('aborted');
  });
});

describe('the route', () => {
  const routes: readonly (readonly [string, object, string | undefined])[] = [
    ['none: the path is no name', {}, undefined],
    ['of Express', { baseUrl: '', route: { path: '/orders/:id' } }, '/orders/:id'],
    ['of a router of Express', { baseUrl: '/shop', route: { path: '/orders/:id' } }, '/shop/orders/:id'],
    ['of the root of a router', { baseUrl: '/shop', route: { path: '/' } }, '/shop'],
    [
      'of a router at a path with a parameter',
      { baseUrl: '/shops/berlin', params: { shop: 'berlin' }, route: { path: '/orders' } },
      '/shops/:shop/orders',
    ],
    ['of a router at a path with a number', { baseUrl: '/v1/shops/4711', params: {}, route: { path: '/orders' } }, '/v1/shops/*/orders'],
    [
      'of a router at a path with a UUID',
      { baseUrl: '/shops/0b7c1d2e-0000-4000-8000-00000000000a', route: { path: '/orders' } },
      '/shops/*/orders',
    ],
    [
      'of a router at a path with a parameter that is percent-encoded',
      { baseUrl: '/shops/new%20york', params: { shop: 'new york' }, route: { path: '/orders' } },
      '/shops/:shop/orders',
    ],
    ['of a router whose route has an empty parameter', { baseUrl: '/shops', params: { 0: '' }, route: { path: '/*' } }, '/shops/*'],
    ['that is a pattern', { route: { path: /^\/orders\/(\d+)$/ } }, '/^\\/orders\\/(\\d+)$/'],
    ['that is one of several', { route: { path: ['/a', '/b'] } }, '/a,/b'],
    ['that is nothing known', { route: { path: 7 } }, undefined],
  ];
  it.each(routes)('%s', async (_, properties, route) => {
    const [span] = await ask((request, response) => void (Object.assign(request, properties), response.end()), head('GET /orders/7'));
    expect(span!.attributes['http.route']).toBe(route);
    expect(span!.name).toBe(route === undefined ? 'GET' : `GET ${route}`);
  });

  it('is the one in which Express failed, though the failure has left its router', async () => {
    const [span] = await ask((request, response) => {
      Object.assign(request, { baseUrl: '/shops', route: { path: '/:id' } });
      channel('tracing:express.router.request:error').publish({ req: request, error: new Error('no stock') });
      Object.assign(request, { baseUrl: '' });
      response.writeHead(500).end();
    }, head('GET /shops/7'));
    expect(span).toMatchObject({ name: 'GET /shops/:id', attributes: { 'http.route': '/shops/:id' }, status: { code: 'error' } });
  });

  it('is what anybody sets on the span', async () => {
    const observed = incoming();
    const port = await serve((_, response) => {
      observed.obs.tracer.activeSpan()?.setAttribute('http.route', '/orders/:id');
      response.end();
    });
    (await connectRaw(port)).write(head('GET /orders/7'));
    expect((await observed.waitFor(1))[0]!.name).toBe('GET /orders/:id');
  });

  it('leaves alone a name that the application gave', async () => {
    const observed = incoming();
    const port = await serve((request, response) => {
      observed.obs.tracer.activeSpan()?.updateName('checkout');
      Object.assign(request, { route: { path: '/orders' } });
      response.end();
    });
    (await connectRaw(port)).write(head('GET /orders'));
    expect((await observed.waitFor(1))[0]).toMatchObject({ name: 'checkout', attributes: { 'http.route': '/orders' } });
  });

  it('whose reading throws does no harm', async () => {
    const observed = incoming();
    const port = await serve((request, response) => {
      Object.defineProperty(request, 'route', { get: () => expect.fail('read') });
      response.end('fine');
    });
    const client = await connectRaw(port);
    client.write(head('GET /'));
    await until(() => client.received().includes('fine'));
    expect((await observed.waitFor(1))[0]!.name).toBe('GET');
  });
});

describe('what is not seen', () => {
  const body = 'Content-Length: 0';
  const exports: readonly (readonly [string, string, number])[] = [
    ['an export of another process', head('POST /v1/traces', 'User-Agent: arkhe-observability/0.1.0 (JavaScript; Node.js)', body), 0],
    ['an export in another format', head('POST /api/traces', 'User-Agent: arkhe-observability/0.1.0', body), 0],
    ['an export of a page, in protobuf', head('POST /v1/traces', 'Content-Type: application/x-protobuf', body), 0],
    ['an export of a page, in JSON', head('POST /v1/logs', 'Content-Type: application/json; charset=utf-8', body), 0],
    ['metrics of a page', head('POST /v1/metrics', 'Content-Type: application/json', body), 0],
    ['but not other POSTs there', head('POST /v1/traces', 'Content-Type: text/plain', body), 1],
    ['nor GETs', head('GET /v1/traces', 'Content-Type: application/json'), 1],
    ['nor JSON to other paths', head('POST /v1/orders', 'Content-Type: application/json', body), 1],
  ];
  it.each(exports)('%s', async (_, bytes, count) => {
    const observed = incoming();
    let active: unknown = 'not asked';
    const port = await serve((_request, response) => {
      active = observed.obs.tracer.activeSpan();
      response.end('done');
    });
    const client = await connectRaw(port);
    client.write(bytes);
    await until(() => client.received().includes('done'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(observed.spans.length).toBe(count);
    expect(active !== undefined).toBe(count === 1);
  });

  const ignores: readonly (readonly [string, Parameters<typeof incomingRequests>[0], readonly string[]])[] = [
    ['nothing by default', {}, ['/health', '/healthy', '/health/live', '/health?x', '/']],
    ['a path and what is below it', { ignore: ['/health'] }, ['/healthy', '/']],
    ['a folder', { ignore: ['/health/'] }, ['/health', '/healthy', '/health?x', '/']],
    ['everything', { ignore: ['/'] }, []],
    ['a pattern', { ignore: [/^\/health/g] }, ['/']],
    ['a function', { ignore: ({ method, path }) => method === 'GET' && path === '/health' }, ['/healthy', '/health/live', '/']],
    ['an empty list', { ignore: [] }, ['/health', '/healthy', '/health/live', '/health?x', '/']],
  ];
  it.each(ignores)('by `ignore`: %s', async (_, options, seen) => {
    const observed = observe({ sources: [incomingRequests(options)] });
    const client = await connectRaw(await serve(end));
    client.write(['/health', '/healthy', '/health/live', '/health?x', '/'].map((path) => head(`GET ${path}`)).join(''));
    await until(() => client.received().split('ok').length === 6);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(
      observed.spans.map(
        ({ attributes }) => `${attributes['url.path']}${attributes['url.query'] === undefined ? '' : `?${attributes['url.query']}`}`,
      ),
    ).toEqual(seen);
  });

  it('does not end another that waits on the same connection', async () => {
    const observed = observe({ sources: [incomingRequests({ ignore: ['/skip'] })] });
    const port = await serve((request, response) => {
      if (request.url === '/skip') response.end();
      else setTimeout(() => response.writeHead(404).end(), 20);
    });
    (await connectRaw(port)).write(head('GET /skip') + head('GET /seen'));
    const [span] = await observed.waitFor(1);
    expect(span!.attributes['http.response.status_code']).toBe(404);
    expect(span!.duration).toBeGreaterThan(15);
  });

  it('an `ignore` that throws: the request is seen, and it is said once', async () => {
    const ignore = (): boolean => {
      throw new Error('mine');
    };
    const observed = observe({ sources: [incomingRequests({ ignore })] });
    (await connectRaw(await serve(end))).write(head('GET /') + head('GET /'));
    await observed.waitFor(2);
    expect(observed.said).toEqual(['incoming-requests: an `ignore` that throws: the request is seen']);
  });

  it('anything, when tracing is switched off', async () => {
    const observed = observe({ sources: [incomingRequests()], tracing: false });
    const client = await connectRaw(await serve(end));
    client.write(head('GET /', `traceparent: ${traceparent}`));
    await until(() => client.received().includes('ok'));
    expect(observed.spans).toEqual([]);
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ['a text', { ignore: '/health' }],
    ['a path without its slash', { ignore: ['health'] }],
    ['a number', { ignore: [7] }],
    ['no object', 7],
  ];
  it.each(wrong)('wrong options are refused: %s', (_, options) => {
    expect(() => incomingRequests(options as Parameters<typeof incomingRequests>[0])).toThrow(ConfigurationError);
  });
});

describe('200 requests at once', () => {
  it('each see their own trace, after every wait', async () => {
    const observed = incoming();
    const seen = new Map<string, (string | undefined)[]>();
    const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
    const port = await serve(async (request, response) => {
      const traces: (string | undefined)[] = [];
      seen.set(request.url!, traces);
      for (let step = 0; step < 5; step += 1) {
        traces.push(observed.obs.tracer.activeSpan()?.trace.traceId);
        await wait(Math.random() * 5);
      }
      response.end();
    });
    const trace = (index: number): string => (index + 1).toString(16).padStart(32, '0');
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const client = httpRequest({
          port,
          path: `/${index}`,
          headers: { traceparent: `00-${trace(index)}-${parentId}-01` },
          agent: undefined,
        }).end();
        const [response] = (await once(client, 'response')) as [NodeJS.ReadableStream];
        await once(response.resume(), 'end');
      }),
    );
    await observed.waitFor(200);
    for (let index = 0; index < 200; index += 1) expect(seen.get(`/${index}`)).toEqual(Array(5).fill(trace(index)));
    expect(new Set(observed.spans.map((span) => span.trace.traceId)).size).toBe(200);
  });
});
