// A client that does not read is sent less, then nothing, and holds nothing of the server's memory meanwhile.
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { undo, undoAll, until } from '../sources/observed.ts';
import { serveLive } from './serve-live.ts';
import type { ServedLive } from './serve-live.ts';

afterEach(undoAll);

const LIMIT = 100_000;

interface Stalled {
  readonly socket: Socket;
  /** What it has read so far. */
  text(): string;
}

/** Asks, and does not read on. */
async function stall({ server }: ServedLive, query: string): Promise<Stalled> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => undefined);
  undo.push(() => socket.destroy());
  socket.write(`GET /${query} HTTP/1.0\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n`);
  await until(() => text.includes('event: hello'));
  socket.pause();
  return { socket, text: () => text };
}

/** A second of many signals: about 64 KB to each client that wants them. */
function second({ obs, clock }: ServedLive): void {
  for (let index = 0; index < 100; index += 1) obs.logger.info(`${'message '.repeat(80)}${index}`);
  clock.advance(1_000);
}

/** Until the kernel takes no more, and the server waits. */
async function fill(live: ServedLive, isFull: () => boolean): Promise<void> {
  for (let seconds = 0; !isFull() && seconds < 2_000; seconds += 1) {
    second(live);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(isFull()).toBe(true);
}

/** What waits in the server for the client it waits longest for. */
function watchBuffers({ sockets }: ServedLive): () => number {
  return () => Math.max(0, ...[...sockets].map(({ writableLength }) => writableLength));
}

describe('a client that does not read', () => {
  it('is dropped after a time without progress, and said', async () => {
    const live = await serveLive({ maxBuffered: LIMIT });
    const buffered = watchBuffers(live);
    const { socket } = await stall(live, '?kinds=log');
    await fill(live, () => buffered() > LIMIT);
    for (let seconds = 0; seconds < 15; seconds += 1) second(live);
    expect(live.said).toContain('live: a client that read too slowly: it was dropped');
    socket.resume();
    await until(() => socket.destroyed || socket.readableEnded);
    const again = await live.open();
    expect(again.status).toBe(200);
  });

  it('makes nothing wait beyond the bound, however long it is there', async () => {
    const live = await serveLive({ maxBuffered: LIMIT, dropAfter: 3_600_000 });
    const buffered = watchBuffers(live);
    await stall(live, '?kinds=log');
    await fill(live, () => buffered() > LIMIT);
    const full = buffered();
    for (let seconds = 0; seconds < 500; seconds += 1) second(live);
    expect(buffered()).toBe(full);
    expect(full).toBeLessThan(LIMIT + 2 * 66_000);
  });

  it('is told what was left out once it reads again, and gets the newest of each', async () => {
    const live = await serveLive({ maxBuffered: LIMIT, dropAfter: 3_600_000 });
    const buffered = watchBuffers(live);
    const { socket, text } = await stall(live, '?kinds=log&parts=ledger');
    await fill(live, () => buffered() > LIMIT);
    for (let seconds = 0; seconds < 50; seconds += 1) second(live);
    live.obs.logger.info('the last one');
    live.clock.advance(1_000);
    socket.resume();
    await until(() => text().includes('the last one'));
    const skipped = Number(/event: skipped\nid: \S+\ndata: \{"frames":(\d+)\}/.exec(text())?.[1]);
    expect(skipped).toBeGreaterThanOrEqual(98);
    const rest = text().slice(text().indexOf('event: skipped'));
    expect(rest.match(/event: \w+/g)).toEqual(expect.arrayContaining(['event: ledger', 'event: signals']));
    expect(rest.match(/event: signals/g)).toHaveLength(1);
    // From here on it is one like the others.
    live.obs.logger.info('afterwards');
    live.clock.advance(1_000);
    await until(() => text().includes('afterwards'));
  });

  it('takes nothing from those who read', async () => {
    const live = await serveLive({ maxBuffered: LIMIT });
    const buffered = watchBuffers(live);
    await stall(live, '?kinds=log');
    await fill(live, () => buffered() > LIMIT);
    const reader = await live.open('?kinds=log');
    for (let seconds = 0; seconds < 20; seconds += 1) {
      const before = reader.of('signals').length;
      second(live);
      await until(() => reader.of('signals').length > before);
    }
    expect(reader.of('skipped')).toEqual([]);
  });
});
