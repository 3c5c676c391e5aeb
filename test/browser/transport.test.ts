import { afterEach, describe, expect, it, vi } from '#test';
import { createPageTransport } from '../../src/browser/page-transport.ts';
import type { HttpRequest, HttpResponse } from '../../src/core/transport.ts';

const KiB = 1_024;
const own = `${location.origin}/v1/traces`;

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
  answer(response?: Response): void;
  fail(): void;
}

let sent: Sent[] = [];
let open: Promise<unknown>[] = [];

afterEach(async () => {
  // What a test leaves unanswered would stay in the budget, which is the page's.
  for (const { answer } of sent) answer();
  await Promise.allSettled(open);
  vi.unstubAllGlobals();
  sent = [];
  open = [];
});

/** A transport, and the requests that reach the browser, in place of the network. */
function setUp() {
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    const answer = new Promise<Response>((resolve, reject) => {
      sent.push({ url, init, answer: (response = new Response()) => resolve(response), fail: () => reject(new TypeError('Failed to fetch')) });
      init.signal?.addEventListener('abort', reject);
    });
    return answer;
  });
  const transport = createPageTransport({ compression: 'none' });
  const controller = new AbortController();

  function send(bytes: number, more: Partial<HttpRequest> = {}): Promise<HttpResponse> {
    const answer = transport.send({
      url: own,
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(bytes),
      abortSignal: controller.signal,
      leaving: false,
      ...more,
    });
    answer.catch(() => undefined);
    open.push(answer);
    return answer;
  }

  return { transport, send, abort: () => controller.abort() };
}

/** Which of the requests so far outlive the page. */
const kept = (): readonly boolean[] => sent.map(({ init }) => init.keepalive === true);

describe('what outlives the page', () => {
  it('is 60 KiB at once, of all transports together', async () => {
    const one = setUp();
    const other = createPageTransport({ compression: 'none' });
    void one.send(30 * KiB);
    open.push(other.send({ url: location.href, headers: {}, body: new Uint8Array(20 * KiB), abortSignal: new AbortController().signal, leaving: false }));
    void one.send(11 * KiB);
    void one.send(10 * KiB);
    expect(kept()).toEqual([true, true, false, true]);
  });

  it('is four requests at once', () => {
    const { send } = setUp();
    for (let request = 0; request < 6; request++) void send(10);
    expect(kept()).toEqual([true, true, true, true, false, false]);
  });

  it('has room again when an answer has been read', async () => {
    const { send } = setUp();
    const first = send(50 * KiB);
    void send(50 * KiB);
    let end = (): void => undefined;
    sent[0]?.answer(new Response(new ReadableStream({ start: (controller) => void (end = () => controller.close()) })));
    await new Promise((resolve) => setTimeout(resolve));
    void send(50 * KiB);
    end();
    await first;
    void send(50 * KiB);
    expect(kept()).toEqual([true, false, false, true]);
  });

  it('has room again when a request has failed', async () => {
    const { send } = setUp();
    const first = send(50 * KiB);
    sent[0]?.fail();
    await first.catch(() => undefined);
    void send(50 * KiB, { leaving: true });
    expect(kept()).toEqual([true, true]);
  });

  // An abort means nothing to Chromium: the request goes on, and keeps its connection.
  it('has no room for another one in place of one that was given up, until that has ended', async () => {
    const { send, abort } = setUp();
    const other = setUp();
    const first = send(50 * KiB);
    abort();
    await expect(first).rejects.toThrow(/: aborted$/);
    void other.send(50 * KiB);
    sent[0]?.answer();
    await new Promise((resolve) => setTimeout(resolve));
    void other.send(50 * KiB);
    expect(kept()).toEqual([true, false, true]);
  });

  it('is fewer requests after one has failed, since some browsers refuse them', async () => {
    const { send } = setUp();
    for (let request = 0; request < 12; request++) {
      const answer = send(10);
      const last = sent.at(-1);
      if (last?.init.keepalive === true) last.fail();
      else last?.answer();
      await answer.catch(() => undefined);
    }
    expect(kept().map(Number).join('')).toBe('101001000010');
    // Where there may be no later request, it is worth the try.
    void send(10, { leaving: true });
    expect(kept().at(-1)).toBe(true);
  });

  it('is nothing where the browser keeps nothing alive', () => {
    const { send } = setUp();
    vi.stubGlobal('Request', class {});
    void send(10);
    expect(kept()).toEqual([false]);
  });
});

describe('leaving with more than outlives the page', () => {
  function leaving(more: Partial<HttpRequest> & { readonly fetchLater?: unknown; readonly takes?: boolean }) {
    const { fetchLater, takes = true, ...request } = more;
    const page = setUp();
    const beacons = vi.spyOn(navigator, 'sendBeacon').mockReturnValue(takes);
    vi.stubGlobal('fetchLater', fetchLater);
    void page.send(50 * KiB, { leaving: true });
    const answer = page.send(20 * KiB, { leaving: true, ...request });
    return { answer, beacons, fetched: sent.length - 1 };
  }

  it('asks the browser to send the rest later', async () => {
    const later = vi.fn();
    const { answer, beacons, fetched } = leaving({ fetchLater: later, headers: { 'content-type': 'application/json', 'x-api-key': 'k' } });
    expect(later.mock.calls).toEqual([
      [
        own,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': 'k' },
          body: new Uint8Array(20 * KiB),
          redirect: 'manual',
          activateAfter: 0,
        },
      ],
    ]);
    expect(await answer).toEqual({ status: 0, headers: {}, body: new Uint8Array(), handedOff: true });
    expect([beacons.mock.calls.length, fetched]).toEqual([0, 0]);
  });

  it('sends a beacon where that is refused', async () => {
    const refuse = () => {
      throw new DOMException('too much', 'QuotaExceededError');
    };
    const { answer, beacons, fetched } = leaving({ fetchLater: refuse });
    expect((await answer).handedOff).toBe(true);
    expect(fetched).toBe(0);
    const [url, blob] = beacons.mock.calls[0] ?? [];
    expect(url).toBe(own);
    expect((blob as Blob).type).toBe('application/x-protobuf');
    expect((blob as Blob).size).toBe(20 * KiB);
  });

  it.each([
    ['the browser takes none', { takes: false }],
    ['it has a header that a beacon cannot carry', { headers: { 'content-type': 'text/plain', 'x-api-key': 'k' } }],
    ['a receiver elsewhere would have to allow cookies', { url: 'https://collector.example/v1/traces' }],
  ])('sends it like any other request when %s', (_, more) => {
    const { beacons, fetched } = leaving(more);
    expect(fetched).toBe(1);
    expect(kept()).toEqual([true, false]);
    expect(beacons.mock.calls.length).toBe('takes' in more ? 1 : 0);
  });

  it('sends a beacon to a receiver elsewhere where no permission is needed', async () => {
    const { answer, fetched } = leaving({ url: 'https://collector.example/x', headers: { 'content-type': 'text/plain;charset=UTF-8' } });
    expect((await answer).handedOff).toBe(true);
    expect(fetched).toBe(0);
  });
});
