// The client and the server of the live stream, over a real socket.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { filter, firstValueFrom, map, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectLiveFactory } from '../../../src/core/live/connect-live.ts';
import type { LiveConnection, LiveOptions } from '../../../src/core/live/live-connection.ts';
import { createStatisticsView } from '../../../src/core/live/manager-statistics.ts';
import type { Signal, SignalKind } from '../../../src/core/signal.ts';
import type { StatisticsMap } from '../../../src/core/statistics/statistics.ts';
import { createTestClock } from '../../../src/core/testing/test-clock.ts';
import { createContextStorage } from '../../../src/node/context.ts';
import { liveHandler } from '../../../src/node/live/live-handler.ts';
import { createTestObservability } from '../../../src/node/testing.ts';

/** A program that can be watched, in time that stands still. */
async function startProgram(token?: string, port = 0) {
  const { obs, clock } = createTestObservability();
  const server = createServer(liveHandler(obs, { token })).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: actual } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    await obs.shutdown();
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  onTestFinished(stop);
  return { obs, clock, port: actual, url: `http://127.0.0.1:${actual}/`, stop };
}

function connect<K extends SignalKind = SignalKind>(url: string, options: LiveOptions<K> = {}) {
  const clock = createTestClock();
  const connectLive = connectLiveFactory({ clock, createContextStorage, random: () => 1, fetch: (address, init) => fetch(address, init) });
  return { live: connectLive(url, options), clock };
}

async function reached({ state$ }: LiveConnection<Signal>, wanted: string): Promise<void> {
  await firstValueFrom(state$.pipe(filter((state) => state === wanted)));
}

/** What a map is when it has been JSON. */
const asText = (statistics: StatisticsMap): unknown => JSON.parse(JSON.stringify(statistics));

describe('the live stream of a program', () => {
  it("has the numbers of the program's own view, tick by tick", async () => {
    const { obs, clock, url } = await startProgram();
    const { live } = connect(url, { window: 5_000, every: 500 });
    const [own, seen]: [unknown[], unknown[]] = [[], []];
    const view = createStatisticsView(obs, clock);
    view.watchStatistics({ window: 5_000, every: 500 }).subscribe((statistics) => own.push(asText(statistics)));
    const all = firstValueFrom(
      live.statistics$.pipe(
        map((statistics) => seen.push(asText(statistics))),
        filter((count) => count === 40),
      ),
    );
    await firstValueFrom(live.frames$.pipe(filter(({ type }) => type === 'hello')));
    for (let tick = 0; tick < 40; tick += 1) {
      for (let call = 0; call < (tick % 20) * 3; call += 1) {
        const name = `work ${call % 7}`;
        try {
          obs.profiler.profile(name, () => {
            // Exact in binary, so that the ticks come when they are due.
            clock.advance(0.0625 * call);
            if (call % 5 === 0) throw new Error('boom');
          });
        } catch {
          // Counted.
        }
      }
      clock.advance(500 - (clock.elapsed() % 500));
    }
    await all;
    expect(seen).toEqual(own.slice(-40));
    expect(own.slice(-40).some((statistics) => Object.keys(statistics as object).length === 7)).toBe(true);
  });

  it('has the signals of the kinds asked for, as they were', async () => {
    const { obs, clock, url } = await startProgram();
    const { live } = connect(url, { kinds: ['log', 'metric'] });
    const sent: unknown[] = [];
    obs.signals$.pipe(filter(({ kind }) => kind === 'log' || kind === 'metric')).subscribe((signal) => sent.push(JSON.parse(JSON.stringify(signal))));
    const got: unknown[] = [];
    const both = firstValueFrom(live.signals$.pipe(map((signal) => got.push(signal)), filter((count) => count === 2)));
    await firstValueFrom(live.frames$.pipe(filter(({ type }) => type === 'hello')));
    obs.logger.warn('low on stock', { sku: 7 });
    obs.recordMetric('queue.length', 3, { attributes: { shard: 'a' } });
    obs.profiler.profile('work', () => undefined);
    clock.advance(1_000);
    await both;
    expect(got).toEqual(sent);
  });

  it('is for who has the token', async () => {
    const { url } = await startProgram('hush');
    const { live } = connect(url, { token: 'hush' });
    const subscription = live.statistics$.subscribe();
    await reached(live, 'open');
    subscription.unsubscribe();
    await reached(live, 'closed');
  });

  it.each([
    ['a wrong one', 'hash'],
    ['none', undefined],
  ])('is not for who has %s', async (_, token) => {
    const { url } = await startProgram('hush');
    const { live } = connect(url, { token });
    const troubles = await firstValueFrom(live.health$.pipe(toArray()));
    expect(troubles).toMatchObject([{ type: 'source-failed', error: { message: `${url} answered 401: the token is missing or wrong` } }]);
  });

  it('goes on when the program was started anew at the same port', async () => {
    const before = await startProgram('hush');
    const { live, clock } = connect(before.url, { token: 'hush', window: 1_000, every: 1_000 });
    const names: string[][] = [];
    live.statistics$.subscribe((statistics) => names.push([...statistics.keys()]));
    await firstValueFrom(live.frames$.pipe(filter(({ type }) => type === 'hello')));
    before.obs.profiler.profile('before', () => undefined);
    before.clock.advance(1_000);
    await firstValueFrom(live.statistics$);
    await before.stop();
    await reached(live, 'retrying');
    const after = await startProgram('hush', before.port);
    clock.advance(500);
    await firstValueFrom(live.frames$.pipe(filter(({ type }) => type === 'hello')));
    after.obs.profiler.profile('after', () => undefined);
    const next = firstValueFrom(live.frames$.pipe(filter(({ type }) => type === 'statistics')));
    after.clock.advance(1_000);
    await next;
    expect(names[0]).toEqual(['before']);
    expect(names.at(-1)).toEqual(['after']);
  });
});
