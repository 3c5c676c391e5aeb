import { afterEach, describe, expect, it, vi } from '#test';
import { ConfigurationError } from '#sdk';
import { createFetchTransport } from '../../src/browser/fetch-transport.ts';
import type { HttpRequest } from '../../src/core/transport.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (body: Uint8Array): string => new TextDecoder().decode(body);

function request(more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    url: 'https://collector.example/v1/traces?key=hush',
    headers: { 'content-type': 'application/json', 'x-api-key': 'secret' },
    body: bytes('{}'),
    abortSignal: new AbortController().signal,
    leaving: false,
    ...more,
  };
}

/** Stands in for the network. */
function answering(answer: () => Response | Promise<Response>): { readonly url: string; readonly init: RequestInit }[] {
  const sent: { readonly url: string; readonly init: RequestInit }[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    sent.push({ url, init });
    return Promise.resolve().then(answer);
  });
  return sent;
}

/** A body in pieces, which says whether its reader wants no more. */
function pieces(next: (controller: ReadableStreamDefaultController<Uint8Array>) => unknown) {
  const state = { cancelled: false };
  const body = new ReadableStream<Uint8Array>({ pull: async (controller) => void (await next(controller)), cancel: () => void (state.cancelled = true) });
  return { state, body };
}

describe('a transport on fetch', () => {
  it('posts the bytes, and gives back the status, the body and the headers that matter', async () => {
    const sent = answering(() => new Response('{"partialSuccess":{}}', { status: 429, headers: { 'Content-Type': 'application/json', 'Retry-After': '3', 'X-Other': '1' } }));
    const transport = createFetchTransport({ compression: 'none' });
    const given = request();
    const { body, ...answer } = await transport.send(given);
    expect(answer).toEqual({ status: 429, headers: { 'content-type': 'application/json', 'retry-after': '3' }, handedOff: false });
    expect(textOf(body)).toBe('{"partialSuccess":{}}');
    expect(sent).toHaveLength(1);
    expect(sent[0]?.url).toBe(given.url);
    expect(sent[0]?.init).toMatchObject({ method: 'POST', headers: given.headers, body: given.body, redirect: 'manual', signal: given.abortSignal });
    transport.close();
  });

  it('reads the first 64 KiB of an answer, and cancels the rest', async () => {
    const { state, body } = pieces((controller) => controller.enqueue(new Uint8Array(10_000).fill(7)));
    answering(() => new Response(body));
    const answer = await createFetchTransport({ compression: 'none' }).send(request());
    expect(answer.body).toHaveLength(65_536);
    expect(answer.body[65_535]).toBe(7);
    expect(state.cancelled).toBe(true);
  });

  it('reads an answer for a second, and cancels the rest', async () => {
    vi.useFakeTimers();
    let asked = 0;
    const { state, body } = pieces((controller) => (asked++ === 0 ? controller.enqueue(bytes('begun')) : new Promise(() => undefined)));
    answering(() => new Response(body));
    const answer = createFetchTransport({ compression: 'none' }).send(request());
    await vi.advanceTimersByTimeAsync(999);
    expect(state.cancelled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(textOf((await answer).body)).toBe('begun');
    expect(state.cancelled).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps the status of an answer that breaks off', async () => {
    let asked = 0;
    const { body } = pieces((controller) => (asked++ === 0 ? controller.enqueue(bytes('half')) : controller.error(new Error('broken'))));
    answering(() => new Response(body, { status: 503 }));
    const answer = await createFetchTransport({ compression: 'none' }).send(request());
    expect([answer.status, textOf(answer.body)]).toEqual([503, 'half']);
  });

  it('says why there was no answer without repeating a secret', async () => {
    const transport = createFetchTransport({ compression: 'none' });
    answering(() => Promise.reject(Object.assign(new TypeError('fetch failed: x-api-key secret'), { cause: { code: 'ECONNREFUSED' } })));
    await expect(transport.send(request())).rejects.toThrow(/^POST https:\/\/collector\.example\/v1\/traces: no answer \(ECONNREFUSED\)$/);
    answering(() => Promise.reject(new TypeError('secret')));
    await expect(transport.send(request())).rejects.toThrow(/^POST https:\/\/collector\.example\/v1\/traces: no answer \(TypeError\)$/);
    vi.stubGlobal('fetch', undefined);
    await expect(transport.send(request())).rejects.toThrow(/no answer \(this host has no fetch\)$/);
  });

  it('compresses, except when there is no time for it', async () => {
    const sent = answering(() => new Response());
    const transport = createFetchTransport({ compression: 'gzip' });
    const body = bytes('the same again and again '.repeat(100));
    await transport.send(request({ body }));
    expect(sent[0]?.init.headers).toEqual({ ...request().headers, 'content-encoding': 'gzip' });
    const packed = new Blob([sent[0]?.init.body as Uint8Array<ArrayBuffer>]);
    expect(packed.size).toBeLessThan(100);
    expect(await new Response(packed.stream().pipeThrough(new DecompressionStream('gzip'))).text()).toBe(textOf(body));

    const given = request({ body, leaving: true });
    void transport.send(given);
    // Before `send` returned.
    expect(sent[1]?.init).toMatchObject({ body, headers: given.headers });
  });

  it('sends as it is where the host cannot compress', async () => {
    vi.stubGlobal('CompressionStream', undefined);
    const sent = answering(() => new Response());
    const given = request();
    await createFetchTransport({ compression: 'gzip' }).send(given);
    expect(sent[0]?.init).toMatchObject({ body: given.body, headers: given.headers });
  });

  it('refuses certificates, which are for Node', () => {
    const create = () => createFetchTransport({ compression: 'none', tls: { ca: 'a secret path' } });
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow('tls: expected nothing: only Node can choose certificates, received object');
  });
});
