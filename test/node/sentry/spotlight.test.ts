import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startSpotlight } from '../../helpers/spotlight.ts';
import type { Spotlight } from '../../helpers/spotlight.ts';

const event = { event_id: 'a'.repeat(32), timestamp: 1, platform: 'node', exception: { values: [{ type: 'TypeError', value: 'no total' }] } };
const envelope = [{ event_id: event.event_id }, { type: 'event' }, event].map((line) => JSON.stringify(line)).join('\n');

let spotlight: Spotlight;
beforeAll(async () => void (spotlight = await startSpotlight()), 60_000);
afterAll(() => spotlight?.stop(), 60_000);

function post(text: string): Promise<Response> {
  return fetch(`${spotlight.origin}/api/1/envelope/`, { method: 'POST', headers: { 'content-type': 'application/x-sentry-envelope' }, body: text });
}

describe('Spotlight, as the tests run it', () => {
  it('keeps what it was sent, shows it in three ways, and forgets it', async () => {
    expect((await post(envelope)).status).toBe(200);
    expect(await spotlight.received(1)).toEqual([{ ...event, type: 'event' }]);
    expect(await spotlight.wire()).toBe(envelope);
    expect(await spotlight.searchErrors()).toContain('TypeError: no total');
    await spotlight.clear();
    expect(spotlight.events()).toEqual([]);
    expect(await spotlight.searchErrors()).not.toContain('TypeError: no total');
    expect((await post(envelope)).status).toBe(200);
    expect(await spotlight.received(1)).toHaveLength(1);
  });

  it('listens on the loopback interface alone', async () => {
    expect(spotlight.address.address).toBe('127.0.0.1');
    const outside = Object.values(networkInterfaces()).flat().find((found) => found?.family === 'IPv4' && !found.internal);
    if (outside === undefined) return;
    const socket = connect(spotlight.address.port, outside.address);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('wants to reach Sentry alone, and is refused', async () => {
    // It tells of what it was asked, when it comes to it.
    await vi.waitFor(() => expect(new Set(spotlight.refused)).toEqual(new Set(['o1.ingest.us.sentry.io'])), { timeout: 20_000 });
  }, 30_000);

  it('ends when it is told to, and leaves no port behind', { timeout: 60_000 }, async () => {
    const another = await startSpotlight();
    expect(await another.stop()).toBe(0);
    await expect(fetch(`${another.origin}/health`)).rejects.toThrow();
  });
});
