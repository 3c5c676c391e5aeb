// Who comes back gets what it has missed, as long as it is still here.
import { afterEach, describe, expect, it } from 'vitest';
import { undoAll, until } from '../sources/observed.ts';
import type { SeenStream } from './live-stream.ts';
import { serveLive } from './serve-live.ts';
import type { ServedLive } from './serve-live.ts';

afterEach(undoAll);

const query = '?kinds=log';

async function back({ open }: ServedLive, lastEventId: string): Promise<SeenStream> {
  const stream = await open(query, { headers: { 'last-event-id': lastEventId } });
  await until(() => stream.frames.length > 0);
  return stream;
}

/** A second with a message. */
async function second({ obs, pass }: ServedLive, message: string, stream: SeenStream): Promise<void> {
  const before = stream.of('signals').length;
  obs.logger.info(message);
  await pass(1_000, () => stream.of('signals').length > before);
}

const idsOf = ({ frames }: SeenStream): string[] => frames.filter(({ frame }) => frame.type !== 'hello').map(({ id }) => id);
const messagesOf = (stream: SeenStream): string[] => stream.of('signals').flatMap(({ signals }) => signals.flatMap((signal) => ('message' in signal ? signal.message : [])));

describe('a client that comes back', () => {
  it('gets each frame it has missed once, in order, under the same ids', async () => {
    const live = await serveLive();
    const [staying, going] = [await live.open(query), await live.open(query)];
    await second(live, 'one', staying);
    await until(() => messagesOf(going).length === 1);
    const last = going.lastId ?? '';
    going.close();
    for (const message of ['two', 'three', 'four']) await second(live, message, staying);
    const again = await back(live, last);
    await until(() => messagesOf(again).length === 3);
    expect(messagesOf(again)).toEqual(['two', 'three', 'four']);
    expect(idsOf(again)).toEqual(idsOf(staying).slice(idsOf(staying).indexOf(last) + 1));
    await second(live, 'five', again);
    expect(messagesOf(again)).toEqual(['two', 'three', 'four', 'five']);
  });

  it('misses nothing that was sent when its connection broke', async () => {
    const live = await serveLive();
    const alone = await live.open(query);
    for (const message of ['one', 'two']) await second(live, message, alone);
    const [, afterOne = ''] = alone.frames.filter(({ frame }) => frame.type === 'statistics').map(({ id }) => id);
    alone.close();
    const again = await back(live, afterOne);
    await until(() => messagesOf(again).length > 0);
    expect(messagesOf(again)).toEqual(['two']);
  });

  it.each(['x.1', 'someoneelse.5'])('begins anew with the id of another server: %s', async (id) => {
    const live = await serveLive();
    const first = await live.open(query);
    await second(live, 'one', first);
    const again = await back(live, id);
    await until(() => again.of('statistics').length > 0);
    expect(messagesOf(again)).toEqual([]);
    expect(again.of('statistics')).toEqual(first.of('statistics'));
    expect(live.said.filter((each) => each.startsWith('live'))).toEqual([]);
  });

  it.each(['', '.', '1', 'a.b', 'a.-1', `${'a'.repeat(100)}.1`, 'a.1e3', 'a.1.2'])('begins anew with what is no id, which is said: %j', async (id) => {
    const live = await serveLive();
    const again = await back(live, id);
    expect(again.of('hello')).toHaveLength(1);
    expect(live.said.includes('live: an event id that is none')).toBe(true);
  });

  it('begins anew with an id that was not given yet', async () => {
    const live = await serveLive();
    const first = await live.open(query);
    await second(live, 'one', first);
    const [run] = (first.lastId ?? '').split('.');
    const again = await back(live, `${run}.999999`);
    expect(messagesOf(again)).toEqual([]);
    expect(again.of('hello')).toHaveLength(1);
  });

  it('begins anew when too much was sent meanwhile: what is kept has a bound', async () => {
    const live = await serveLive();
    const [staying, going] = [await live.open(query), await live.open(query)];
    await second(live, 'one', staying);
    await until(() => messagesOf(going).length === 1);
    const last = going.lastId ?? '';
    going.close();
    for (let seconds = 0; seconds < 80; seconds += 1) {
      for (let index = 0; index < 99; index += 1) live.obs.logger.info('message '.repeat(80));
      await second(live, `${seconds}`, staying);
    }
    const again = await back(live, last);
    await until(() => again.of('statistics').length > 0);
    expect(messagesOf(again)).toEqual([]);
  });

  it('begins anew half a minute after everybody left: nothing is kept for nobody', async () => {
    const live = await serveLive();
    const alone = await live.open(query);
    for (const message of ['one', 'two']) await second(live, message, alone);
    const [first = ''] = idsOf(alone).slice(1);
    alone.close();
    await until(() => live.sockets.size === 0);
    live.clock.advance(30_000);
    expect(messagesOf(await back(live, first))).toEqual([]);
  });
});
