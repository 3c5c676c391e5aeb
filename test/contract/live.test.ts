import { afterEach, describe, expect, it, vi } from '#test';
import { firstValueFrom, take, toArray } from 'rxjs';
import { connectLive, createObservability } from '#sdk';
import type { Statistics } from '#sdk';
import { healthFrame, helloFrame, signalsFrame, statisticsFrame, written } from '../helpers/live-frames.ts';
import { errorSignal, profileSignal, spanSignal } from '../helpers/signals.ts';

afterEach(() => vi.unstubAllGlobals());

const address = 'https://shop.example/live';

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

/** Stands in for the network: every request is answered with these pieces of a stream, which stays open. */
function streaming(...pieces: readonly (string | Uint8Array)[]): readonly Asked[] {
  return answering(({ init }) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece);
        init.signal?.addEventListener('abort', () => controller.error(new DOMException('aborted', 'AbortError')));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  });
}

function answering(answer: (asked: Asked) => Response): readonly Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const one = { url, init };
    asked.push(one);
    return answer(one);
  });
  return asked;
}

describe('connectLive', () => {
  it('asks for nothing before somebody subscribes, and then once for all', async () => {
    const asked = streaming(written(helloFrame()), written(statisticsFrame({ checkout: 3 })));
    const live = connectLive(address, { token: 'hush', kinds: ['span'], window: 30_000 });
    expect(asked).toEqual([]);
    const others = [live.signals$.subscribe(), live.health$.subscribe()];
    const statistics = await firstValueFrom(live.statistics$);
    expect(statistics.get('checkout')?.count).toBe(3);
    expect(asked.map(({ url }) => url)).toEqual([`${address}?kinds=span&window=30000`]);
    expect(asked[0]!.init.headers).toEqual({ accept: 'text/event-stream', authorization: 'Bearer hush' });
    for (const other of others) other.unsubscribe();
    expect(asked[0]!.init.signal?.aborted).toBe(true);
  });

  it('gives typed signals, statistics, troubles and frames', async () => {
    streaming(
      written(helloFrame({ service: 'shop' })),
      written(signalsFrame(spanSignal({ name: 'a' }), profileSignal(), errorSignal({ name: 'E' }))),
      written(statisticsFrame({ a: 1, b: 2 })),
      written(healthFrame({ timestamp: 1, type: 'sink-recovered', sink: 'otlp' })),
    );
    const live = connectLive(address, { kinds: ['span', 'error'] });
    const [signals, statistics, troubles, frames] = await Promise.all([
      firstValueFrom(live.signals$.pipe(take(2), toArray())),
      firstValueFrom(live.statistics$),
      firstValueFrom(live.health$),
      firstValueFrom(live.frames$.pipe(take(4), toArray())),
    ]);
    expect(signals.map((signal) => (signal.kind === 'span' ? signal.duration : signal.handled))).toEqual([10, true]);
    expect([...statistics.values()].map(({ name, p99 }: Statistics) => [name, p99])).toEqual([['a', 10], ['b', 10]]);
    expect(troubles).toEqual({ timestamp: 1, type: 'sink-recovered', sink: 'otlp' });
    expect(frames.map(({ type }) => type)).toEqual(['hello', 'signals', 'statistics', 'health']);
  });

  it('reads a stream in pieces of a byte', async () => {
    const bytes = new TextEncoder().encode(`\uFEFF: hello\r\n\r\n${written(statisticsFrame({ größe: 1 }))}`);
    streaming(...[...bytes].map((byte) => Uint8Array.of(byte)));
    const statistics = await firstValueFrom(connectLive(address).statistics$);
    expect([...statistics.keys()]).toEqual(['größe']);
  });

  it('is for `for await`, and ends with the loop', async () => {
    const asked = streaming(written(statisticsFrame({ a: 1 })), written(statisticsFrame({ a: 1, b: 1 })));
    const sizes: number[] = [];
    for await (const statistics of connectLive(address).statistics$) {
      sizes.push(statistics.size);
      if (sizes.length === 2) break;
    }
    expect(sizes).toEqual([1, 2]);
    expect(asked[0]!.init.signal?.aborted).toBe(true);
  });

  it('ends when it is refused, and says why without the token', async () => {
    const asked = answering(() => new Response('no', { status: 401 }));
    const live = connectLive(address, { token: 'hush-hush' });
    const states: string[] = [];
    live.state$.subscribe((state) => states.push(state));
    const troubles = await firstValueFrom(live.health$.pipe(toArray()));
    expect(troubles).toMatchObject([{ type: 'source-failed', name: 'connectLive', error: { message: `${address} answered 401: the token is missing or wrong` } }]);
    expect(JSON.stringify(troubles)).not.toContain('hush');
    expect(states).toEqual(['closed', 'connecting', 'closed']);
    expect(asked).toHaveLength(1);
  });

  it('ends at a redirect that the host hides', async () => {
    // As a page sees it.
    answering(() => Object.defineProperty(new Response(null), 'status', { value: 0 }));
    const troubles = await firstValueFrom(connectLive(address).health$.pipe(toArray()));
    expect(troubles).toMatchObject([{ error: { message: `${address} redirects elsewhere: connect to that address` } }]);
  });

  it('waits, and asks again, where there is no network', async () => {
    answering(() => {
      throw new TypeError('hush-hush is not reachable');
    });
    const live = connectLive(address, { token: 'hush-hush' });
    const [trouble] = await Promise.all([firstValueFrom(live.health$), firstValueFrom(live.state$.pipe(take(3), toArray()))]);
    expect(trouble).toMatchObject({ type: 'source-failed', error: { message: `${address} gave no answer (TypeError): nobody is there, or its liveHandler does not list the origin of this page` } });
  });

  it('is not observed by the SDK', async () => {
    streaming(written(statisticsFrame({ a: 1 })));
    const obs = createObservability({ sinks: [] });
    const kinds: string[] = [];
    obs.signals$.subscribe(({ kind }) => kinds.push(kind));
    await firstValueFrom(connectLive(address).statistics$);
    await obs.shutdown();
    expect(kinds).toEqual([]);
  });

  it('checks its options at once, and tells no secret', () => {
    const wrong = (): unknown => connectLive('shop.example', { token: 'hush' });
    expect(wrong).toThrow('connectLive.url: expected an http or https URL, credentials percent-encoded, received string');
    expect(() => connectLive(address, { token: 'hush hush' })).toThrow('connectLive.token: expected visible ASCII characters without spaces, received string');
    expect(() => connectLive(address, { every: 0 })).toThrow('connectLive.every: expected a number of milliseconds above 0');
  });
});
