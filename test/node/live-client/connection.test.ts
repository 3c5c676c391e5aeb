// Over real sockets.
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { filter, firstValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createObservability, fetches, incomingRequests, outgoingRequests } from '#sdk';
import { connectLiveFactory } from '../../../src/core/live/connect-live.ts';
import type { LiveConnection, LiveOptions } from '../../../src/core/live/live-connection.ts';
import type { Signal } from '../../../src/core/signal.ts';
import { createTestClock } from '../../../src/core/testing/test-clock.ts';
import type { TestClock } from '../../../src/core/testing/test-clock.ts';
import { createContextStorage } from '../../../src/node/context.ts';
import { eventOf, helloFrame, signalsFrame, statisticsFrame, written } from '../../helpers/live-frames.ts';
import { logSignal } from '../../helpers/signals.ts';
import { recordingOf } from '../../helpers/recorded.ts';
import { ending, sseServer, status, streaming } from './sse-server.ts';
import type { Answer, SseServer } from './sse-server.ts';

async function serve(...answers: readonly Answer[]): Promise<SseServer> {
  const server = await sseServer(answers);
  onTestFinished(() => server.close());
  return server;
}

/** Backoffs are as long as they can be, and pass when the test says so. */
function connect(url: string, options: LiveOptions = {}): { readonly live: LiveConnection<Signal>; readonly clock: TestClock } {
  const clock = createTestClock();
  const connectLive = connectLiveFactory({ clock, createContextStorage, random: () => 1, fetch: (address, init) => fetch(address, init) });
  return { live: connectLive(url, options), clock };
}

/** Resolves when the connection is there. */
async function reached({ state$ }: LiveConnection<Signal>, wanted: string): Promise<void> {
  await firstValueFrom(state$.pipe(filter((state) => state === wanted)));
}

describe('a connection to a server', () => {
  it('reads a stream that comes a byte at a time, some of them halves of a character', async () => {
    const frame = statisticsFrame({ 'GET /größe/€/𝄞': 3 });
    const server = await serve((response, request) => {
      streaming()(response, request);
      const bytes = Buffer.from(written(frame));
      let at = 0;
      const next = (): void => {
        if (at < bytes.length) response.write(bytes.subarray(at, (at += 1)), next);
      };
      next();
    });
    const { live } = connect(server.url);
    const statistics = await firstValueFrom(live.statistics$);
    expect(statistics.get('GET /größe/€/𝄞')?.count).toBe(3);
    await server.idle();
  });

  it('is one request, with the token, for all of its subscribers, and ends with the last', async () => {
    const server = await serve(streaming(written(helloFrame()), written(statisticsFrame({ a: 1 }))));
    const { live } = connect(server.url, { token: 'hush' });
    const subscriptions = [live.frames$.subscribe(), live.health$.subscribe(), live.signals$.subscribe()];
    await firstValueFrom(live.statistics$);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]!.headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer hush' });
    expect(server.open.size).toBe(1);
    for (const subscription of subscriptions) subscription.unsubscribe();
    await server.idle();
  });

  it('comes back to a server that cuts it off, and says how far it got', async () => {
    const server = await serve(
      (response, request) => {
        streaming(written(statisticsFrame({ a: 1 }), 'run.7'))(response, request);
        setImmediate(() => response.destroy());
      },
      streaming(written(statisticsFrame({ a: 2 }), 'run.8')),
    );
    const { live, clock } = connect(server.url);
    const seen = firstValueFrom(live.statistics$.pipe(map((statistics) => statistics.get('a')?.count), take(2), toArray()));
    await reached(live, 'retrying');
    clock.advance(500);
    await expect(seen).resolves.toEqual([1, 2]);
    expect(server.requests[1]!.headers['last-event-id']).toBe('run.7');
  });

  it('comes back to a server that ended it', async () => {
    const server = await serve(ending(written(statisticsFrame({ a: 1 }))), streaming(written(statisticsFrame({ a: 2 }))));
    const { live, clock } = connect(server.url);
    const seen = firstValueFrom(live.statistics$.pipe(take(2), toArray()));
    await reached(live, 'retrying');
    clock.advance(500);
    await expect(seen).resolves.toHaveLength(2);
  });

  it('waits as long as a server asks that has no place', async () => {
    const server = await serve(status(503, { 'retry-after': '5' }, 'There is no place now.'), streaming(written(statisticsFrame({ a: 1 }))));
    const { live, clock } = connect(server.url);
    const seen = firstValueFrom(live.statistics$);
    await reached(live, 'retrying');
    clock.advance(5_499);
    expect(server.requests).toHaveLength(1);
    clock.advance(1);
    await expect(seen).resolves.toHaveProperty('size', 1);
  });

  it('does not keep the connection of an answer that never ends', async () => {
    const server = await serve((response) => void response.writeHead(503).write('x'));
    const { live } = connect(server.url);
    live.statistics$.subscribe();
    await reached(live, 'retrying');
    await server.idle();
  });

  it('waits for a server that is not there yet', async () => {
    const before = await sseServer([]);
    await before.close();
    const { live, clock } = connect(before.url);
    const troubles: string[] = [];
    live.health$.subscribe((trouble) => trouble.type === 'source-failed' && troubles.push(trouble.error.message));
    const seen = firstValueFrom(live.statistics$);
    await reached(live, 'retrying');
    expect(troubles).toEqual([`${before.url} gave no answer (ECONNREFUSED)`]);
    const server = await sseServer([streaming(written(statisticsFrame({ a: 1 })))], before.port);
    onTestFinished(() => server.close());
    clock.advance(500);
    await expect(seen).resolves.toHaveProperty('size', 1);
  });

  it('gives up a server that refuses it, and says why', async () => {
    const server = await serve(status(401, {}, 'A token is needed.'));
    const { live } = connect(server.url, { token: 'hush-hush' });
    const troubles = await firstValueFrom(live.health$.pipe(toArray()));
    expect(troubles).toMatchObject([{ type: 'source-failed', name: 'connectLive', error: { message: `${server.url} answered 401: the token is missing or wrong` } }]);
    expect(JSON.stringify(troubles)).not.toContain('hush');
    await reached(live, 'closed');
  });

  it('gives up what is no stream, and does not wait for its end', async () => {
    const server = await serve((response) => void response.writeHead(200, { 'content-type': 'text/html' }).write('<!doctype html>'));
    const { live } = connect(server.url);
    await expect(firstValueFrom(live.statistics$.pipe(toArray()))).resolves.toEqual([]);
    await server.idle();
  });

  it('takes the token to no other server', async () => {
    const other = await serve(streaming(written(helloFrame())));
    const server = await serve(status(307, { location: other.url }));
    const { live } = connect(server.url, { token: 'hush' });
    await expect(firstValueFrom(live.frames$.pipe(toArray()))).resolves.toEqual([]);
    expect(other.requests).toHaveLength(0);
  });

  it('follows a redirect within the server', async () => {
    const server = await serve(status(308, { location: '/elsewhere/' }), streaming(written(statisticsFrame({ a: 1 }))));
    const { live } = connect(server.url, { token: 'hush' });
    await firstValueFrom(live.statistics$);
    expect(server.requests.map(({ url }) => url)).toEqual(['/live', '/elsewhere/']);
    expect(server.requests[1]!.headers.authorization).toBe('Bearer hush');
  });

  it('goes on after garbage, and says each kind of it once, counted', async () => {
    const garbage = [Buffer.from([0xff, 0xfe, 0x00, 0x0a]), eventOf('statistics', '{'), eventOf('statistics', '[]'), eventOf('ledger', '7'), eventOf('news', '!'), 'data\n\n: ?\nretry: x\n\n'];
    const server = await serve(streaming(...garbage, written(statisticsFrame({ a: 1 }))));
    const { live } = connect(server.url);
    const said: unknown[] = [];
    live.health$.subscribe((trouble) => said.push(trouble.type === 'input-ignored' && [trouble.name, trouble.message, trouble.count]));
    const statistics = await firstValueFrom(live.statistics$);
    expect([...statistics.keys()]).toEqual(['a']);
    expect(said).toEqual([
      ['connectLive', 'a frame of type statistics that cannot be read', 1],
      ['connectLive', 'a frame of type ledger that cannot be read', 1],
    ]);
  });

  it('leaves out an event that is too long, and reads on', async () => {
    const megabyte = 'x'.repeat(1_048_576);
    const server = await serve(streaming('event: statistics\ndata: "', ...Array<string>(16).fill(megabyte), '"\n\n', written(statisticsFrame({ a: 1 }))));
    const { live } = connect(server.url);
    const said: unknown[] = [];
    live.health$.subscribe((trouble) => said.push(trouble.type === 'input-ignored' && trouble.message));
    await expect(firstValueFrom(live.statistics$)).resolves.toHaveProperty('size', 1);
    expect(said).toEqual(['a frame of more than 4 MB']);
  });

  it('says that the server is of a newer version, and reads what it can', async () => {
    const server = await serve(streaming(written(helloFrame({ version: 2 })), written(statisticsFrame({ a: 1 }))));
    const { live } = connect(server.url);
    const said: unknown[] = [];
    live.health$.subscribe((trouble) => said.push(trouble.type === 'input-ignored' && trouble.message));
    await firstValueFrom(live.statistics$);
    expect(said).toEqual(['what this version does not know: the server speaks 2, this is 1']);
  });

  it('leaves a server that takes the connection and says nothing', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).resume();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { live, clock } = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const troubles: string[] = [];
    live.health$.subscribe((trouble) => trouble.type === 'source-failed' && troubles.push(trouble.error.message));
    await once(server, 'connection');
    clock.advance(45_000);
    await reached(live, 'retrying');
    expect(troubles[0]).toMatch(/said nothing for 45 s$/);
  });
});

describe('the SDK', () => {
  it('does not observe what a connection asks for, and goes on observing what its subscribers do', async () => {
    const obs = createObservability({ sinks: [], sources: [incomingRequests(), outgoingRequests(), fetches()], tracing: { propagateTo: [/./] } });
    onTestFinished(async () => void (await obs.shutdown()));
    const { signals, health } = recordingOf(obs);
    const server = await serve(streaming(written(signalsFrame(logSignal()))), status(204));
    const { live } = connect(server.url, { kinds: ['log'] });
    const asked = new Promise<void>((resolve, reject) => {
      live.signals$.subscribe(() => void fetch(`${server.url}/of-the-subscriber`).then(() => resolve(), reject));
    });
    await asked;
    const client = signals.filter((signal) => signal.kind === 'span' && signal.spanKind === 'client');
    expect(client.map(({ attributes }) => attributes['url.full'])).toEqual([`${server.url}/of-the-subscriber`]);
    expect(server.requests[0]!.headers).not.toHaveProperty('traceparent');
    expect(server.requests[1]!.headers).toHaveProperty('traceparent');
    expect(health).toEqual([]);
  });
});
