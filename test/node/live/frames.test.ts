// What the live stream says, over real sockets and in the time of a clock that the test moves.
import fc from 'fast-check';
import { defer, finalize, interval as never$, map } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { createStatisticsMap } from '../../../src/core/statistics/statistics.ts';
import { undo, undoAll, until } from '../sources/observed.ts';
import { openStream } from './live-stream.ts';
import type { SeenStream } from './live-stream.ts';
import { serveLive } from './serve-live.ts';
import type { ServedLive } from './serve-live.ts';

afterEach(undoAll);

const all = '?parts=statistics,health,ledger,metrics,errors,traces';

/** A trace of this many milliseconds, with one span inside. */
function trace({ obs, clock }: ServedLive, name: string, duration: number): void {
  obs.tracer.startSpan(name, () => {
    obs.tracer.startSpan(`inside ${name}`, () => clock.advance(duration / 2));
    clock.advance(duration / 2);
  });
}

describe('a stream', () => {
  it('is one of Server-Sent Events that nothing on its way keeps, gathers or guesses at', async () => {
    const { open } = await serveLive();
    const { status, headers } = await open();
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });

  it('says first who speaks, and what it took of the wishes', async () => {
    const { open } = await serveLive();
    const stream = await open('?window=30000&every=500');
    await until(() => stream.frames.length > 0);
    expect(stream.frames[0]?.frame).toMatchObject({ type: 'hello', version: 1, window: 30_000, every: 500 });
    expect(stream.frames[0]?.id).toMatch(/^\w+\.\d+$/);
  });

  it('gives statistics and health to who names nothing', async () => {
    const { open, pass, obs } = await serveLive();
    const stream = await open();
    obs.profiler.profile('work', () => 1);
    await pass(1_000, () => stream.of('statistics').length > 0);
    expect(new Set(stream.frames.map(({ frame }) => frame.type))).toEqual(new Set(['hello', 'health', 'statistics']));
  });

  it('numbers its frames, under one name for all of them', async () => {
    const { open, clock } = await serveLive();
    const stream = await open(all);
    clock.advance(3_000);
    await until(() => stream.of('statistics').length === 3);
    const ids = stream.frames.map(({ id }) => id.split('.'));
    expect(new Set(ids.map(([run]) => run)).size).toBe(1);
    const numbers = ids.map(([, number]) => Number(number)).filter((number) => number > 0);
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('gives a sign of life when there is nothing to say', async () => {
    const { open, pass } = await serveLive();
    const stream = await open('?parts=');
    await pass(15_000, () => stream.text.endsWith(':\n\n'));
    expect(stream.frames).toHaveLength(1);
  });

  it('ends with the manager, and a later one gets no place', async () => {
    const { open, obs } = await serveLive();
    const streams = [await open(), await open()];
    await obs.shutdown();
    await until(() => streams.every(({ isOver }) => isOver));
    expect((await open()).status).toBe(503);
  });
});

describe('statistics', () => {
  it('are of timed calls and of responses, those with the most values first', async () => {
    const { open, obs, clock, pass } = await serveLive();
    const stream = await open();
    for (const duration of [10, 20, 30]) obs.profiler.profile('work', () => clock.advance(duration));
    obs.traceRequest('GET', '/orders/1', () => clock.advance(5));
    await pass(940, () => stream.of('statistics').length > 0);
    const [{ series, leftOut, window, time }] = stream.of('statistics') as [ReturnType<typeof stream.of<'statistics'>>[number]];
    expect(series.map(({ name, count, total }) => [name, count, total])).toEqual([['work', 3, 60], ['GET', 1, 5]]);
    // One second is all there was.
    expect([leftOut, window, time]).toEqual([0, 1_000, clock.now() - 5]);
  });

  it('are there at once for who comes later', async () => {
    const { open, obs, pass } = await serveLive();
    const first = await open();
    obs.profiler.profile('work', () => 1);
    await pass(1_000, () => first.of('statistics').length > 0);
    const late = await open();
    await until(() => late.of('statistics').length > 0);
    expect(late.of('statistics')).toEqual(first.of('statistics'));
  });

  it('are computed and written once for all who ask for the same, and by nobody else', async () => {
    let [watching, maps] = [0, 0];
    const view = {
      watchStatistics: () =>
        defer(() => {
          watching += 1;
          return never$(20).pipe(map(() => (maps += 1, createStatisticsMap())), finalize(() => (watching -= 1)));
        }),
    };
    const { open } = await serveLive({ statistics: view });
    const streams = await Promise.all(Array.from({ length: 100 }, () => open()));
    await until(() => streams.every((stream) => stream.of('statistics').length > 0));
    expect(watching).toBe(1);
    // The very same bytes.
    const linesOf = ({ text }: SeenStream): string => text.slice(text.indexOf('event: statistics')).split('\n\n')[0] ?? '';
    const [id = ''] = /id: \S+/.exec(linesOf(streams[99] as SeenStream)) ?? [];
    expect(streams.filter(({ text }) => text.includes(id))).toHaveLength(100);
    for (const stream of streams) stream.close();
    await until(() => watching === 0);
    expect(maps).toBeGreaterThan(0);
  });

  it('have a bound in bytes, and say how much is beyond it', async () => {
    const { open, obs, pass } = await serveLive();
    const stream = await open();
    for (let index = 0; index < 900; index += 1) obs.profiler.profile(`${index} ${'x'.repeat(200)}`, () => 1);
    await pass(1_000, () => stream.of('statistics').length > 0);
    const [{ series, leftOut }] = stream.of('statistics') as [ReturnType<typeof stream.of<'statistics'>>[number]];
    expect(series.length + leftOut).toBe(900);
    expect(leftOut).toBeGreaterThan(0);
    expect(stream.bytes).toBeLessThan(200_000);
  });

  it('of a view that fails are left out, and everything else goes on', async () => {
    const view = { watchStatistics: () => { throw new Error('no view'); } };
    const { open, said } = await serveLive({ statistics: view });
    const stream = await open('?parts=statistics,ledger');
    await until(() => stream.of('ledger').length > 0);
    expect(said.join()).toContain('live: something failed: Error');
  });
});

describe('signals', () => {
  it('come of the kinds that are asked for, and no others', async () => {
    const { open, obs, pass } = await serveLive();
    const stream = await open('?kinds=error,span');
    obs.errorTracker.captureException(new Error('lost'));
    obs.tracer.startSpan('seen', () => obs.profiler.profile('unseen', () => 1));
    await pass(1_000, () => stream.of('signals').length > 0);
    expect(stream.of('signals').map(({ signals, leftOut }) => [signals.map(({ kind }) => kind), leftOut])).toEqual([[['error', 'span'], 0]]);
  });

  it('are redacted as everything is', async () => {
    const { open, obs, pass } = await serveLive();
    const stream = await open('?kinds=log&parts=');
    obs.logger.info('signed in with password=hunter2secret', { password: 'hunter2secret' });
    await pass(1_000, () => stream.of('signals').length > 0);
    expect(stream.text).toContain('signed in');
    expect(stream.text).not.toContain('hunter2secret');
  });

  it('leave room for few errors among many spans', async () => {
    const { open, obs, pass } = await serveLive();
    const stream = await open('?kinds=error,span,log&parts=');
    for (let index = 0; index < 5_000; index += 1) obs.tracer.startSpan(`span ${index}`, () => 1);
    for (let index = 0; index < 3; index += 1) obs.errorTracker.captureException(new Error(`error ${index}`));
    await pass(1_000, () => stream.of('signals').length > 0);
    const [{ signals, leftOut }] = stream.of('signals') as [ReturnType<typeof stream.of<'signals'>>[number]];
    expect(signals.filter(({ kind }) => kind === 'error')).toHaveLength(3);
    expect(signals.length).toBeLessThanOrEqual(100);
    expect(signals.length + leftOut).toBe(5_003);
  });

  it('show what all of them were like, not only the first or the last', async () => {
    const { open, obs, pass } = await serveLive();
    const stream = await open('?kinds=log&parts=');
    for (let index = 0; index < 10_000; index += 1) obs.logger.info(String(index));
    await pass(1_000, () => stream.of('signals').length > 0);
    const numbers = stream.of('signals').flatMap(({ signals }) => signals.map((signal) => Number('message' in signal ? signal.message : NaN)));
    expect(Math.min(...numbers)).toBeLessThan(2_500);
    expect(Math.max(...numbers)).toBeGreaterThan(7_500);
  });

  it('come only of the kinds that are offered', async () => {
    const { open, obs, pass, said } = await serveLive({ kinds: ['error'] });
    const stream = await open('?kinds=log,error&parts=');
    obs.logger.info('unseen');
    obs.errorTracker.captureException(new Error('seen'));
    await pass(1_000, () => stream.of('signals').length > 0);
    expect(stream.of('signals').flatMap(({ signals }) => signals.map(({ kind }) => kind))).toEqual(['error']);
    expect(said).toContain('live: a kind that there is not, or that is not offered');
  });
});

describe('the bytes of a client', () => {
  async function bytesAt(eventsASecond: number, query: string): Promise<number> {
    const live = await serveLive();
    const stream = await live.open(query);
    for (let second = 0; second < 5; second += 1) {
      for (let event = 0; event < eventsASecond; event += 1) {
        live.obs.profiler.profile('work', () => 1);
        if (event % 2 === 0) live.obs.tracer.startSpan('span', () => 1);
      }
      await live.pass(1_000, () => stream.of('statistics').length > second);
    }
    return stream.bytes;
  }

  it('do not depend on the rate of events', async () => {
    const [few, many] = [await bytesAt(10, '?parts=statistics,health,ledger'), await bytesAt(10_000, '?parts=statistics,health,ledger')];
    expect(many / few).toBeLessThan(1.1);
  });

  it('have a bound where signals are asked for', async () => {
    expect(await bytesAt(5_000, '?parts=statistics&kinds=span,profile')).toBeLessThan(5 * 66_000);
  });
});

describe('the other parts', () => {
  it('are there at once', async () => {
    const { open } = await serveLive();
    const stream = await open(all);
    await until(() => stream.frames.length >= 6);
    expect(stream.frames.map(({ frame }) => frame.type)).toEqual(['hello', 'health', 'ledger', 'metrics', 'errors', 'traces']);
  });

  it('health: the latest troubles first, then each, without secrets', async () => {
    const live = await serveLive();
    live.obs.recordMetric('bad', Number.NaN);
    const stream = await live.open();
    await until(() => stream.of('health').length === 1);
    expect(stream.of('health')[0]?.health).toMatchObject([{ type: 'input-ignored', name: 'recordMetric' }]);
    undo.push(() => subscription.unsubscribe());
    const subscription = live.obs.signals$.subscribe(() => {
      throw new Error('cannot reach https://admin:hunter2secret@db.example.com');
    });
    live.obs.logger.info('one');
    await live.pass(1_000, () => stream.of('health').length === 2);
    expect(stream.of('health')[1]?.health).toMatchObject([{ type: 'subscriber-failed' }]);
    expect(stream.text).not.toContain('hunter2secret');
  });

  it('ledger: when it has changed', async () => {
    const { open, obs, clock, pass } = await serveLive();
    const stream = await open('?parts=ledger');
    clock.advance(5_000);
    obs.logger.info('one');
    await pass(1_000, () => stream.of('ledger').length === 2);
    expect(stream.of('ledger').map(({ ledger }) => ledger.emitted)).toEqual([0, 1]);
    expect(stream.of('ledger')[1]?.ledger.sinks['memory']?.accepted).toBe(1);
  });

  it('metrics: the latest of each gauge, the sum of each counter', async () => {
    const { open, obs, pass } = await serveLive();
    const stream = await open('?parts=metrics');
    for (const value of [3, 1, 2]) {
      obs.recordMetric('lag', value, { unit: 'ms' });
      obs.recordMetric('jobs', value, { instrument: 'counter', attributes: { queue: 'a' } });
      obs.recordMetric('size', value, { instrument: 'histogram' });
    }
    obs.recordMetric('jobs', 10, { instrument: 'counter', attributes: { queue: 'b' } });
    await pass(1_000, () => stream.of('metrics').length === 2);
    expect(stream.of('metrics')[1]?.metrics.map(({ name, value, unit }) => [name, value, unit])).toEqual([['jobs', 6, '1'], ['jobs', 10, '1'], ['lag', 2, 'ms']]);
  });

  it('metrics: a million names change nothing', async () => {
    const { open, obs, pass } = await serveLive();
    const stream = await open('?parts=metrics');
    for (let index = 0; index < 3_000; index += 1) obs.recordMetric(`metric ${index}`, index);
    await pass(1_000, () => stream.of('metrics').length === 2);
    expect(stream.of('metrics')[1]?.metrics).toHaveLength(200);
  });

  it('errors: the latest twenty, newest first', async () => {
    const { open, obs, pass } = await serveLive();
    const stream = await open('?parts=errors');
    for (let index = 0; index < 25; index += 1) obs.errorTracker.captureException(new Error(`error ${index}`));
    await pass(1_000, () => stream.of('errors').length === 2);
    expect(stream.of('errors')[1]?.errors.map(({ error }) => error.message)).toEqual(Array.from({ length: 20 }, (_, index) => `error ${24 - index}`));
  });

  it('traces: the slowest ten of the window, slowest first, with their spans', async () => {
    const live = await serveLive();
    const stream = await live.open('?parts=traces');
    for (let index = 1; index <= 15; index += 1) trace(live, `trace ${index}`, index * 2);
    await live.pass(1_000, () => stream.of('traces').length >= 2);
    const { traces = [] } = stream.of('traces').at(-1) ?? {};
    expect(traces.map(({ name, duration }) => [name, duration])).toEqual(Array.from({ length: 10 }, (_, index) => [`trace ${15 - index}`, 30 - 2 * index]));
    expect(traces[0]?.spans.map(({ name }) => name)).toEqual(['trace 15', 'inside trace 15']);
    await live.pass(61_000, () => stream.of('traces').at(-1)?.traces.length === 0);
  });
});

describe('wishes', () => {
  it('that cannot be had are left out, and said', async () => {
    const { open, said } = await serveLive();
    const stream = await open('?parts=statistics,rubbish&kinds=span,nonsense&window=-1&every=soon&else=1');
    await until(() => stream.frames.length > 0);
    expect(stream.frames[0]?.frame).toMatchObject({ window: 60_000, every: 1_000 });
    expect(said.filter((each) => each.startsWith('live: ')).sort()).toEqual([
      'live: a kind that there is not, or that is not offered',
      'live: a parameter that there is not',
      'live: a part that there is not',
      'live: a window that is no number of milliseconds',
      'live: an interval that is no number of milliseconds',
    ]);
  });

  it('are brought into bounds', async () => {
    const { open } = await serveLive();
    const took = async (query: string): Promise<unknown> => {
      const stream = await open(query);
      await until(() => stream.frames.length > 0);
      const { frame } = stream.frames[0] as SeenStream['frames'][number];
      stream.close();
      return 'window' in frame && 'every' in frame ? [frame.window, frame.every] : undefined;
    };
    expect(await took('?every=1&window=10')).toEqual([250, 250]);
    expect(await took('?every=100000000&window=99999999999')).toEqual([3_600_000, 60_000]);
    expect(await took('?every=5000&window=1000')).toEqual([5_000, 5_000]);
    expect(await took('?every=999.5')).toEqual([60_000, 1_000]);
  });

  it('for too many different times get those of the server', async () => {
    const { open, said } = await serveLive();
    const streams: SeenStream[] = [];
    for (let index = 0; index < 12; index += 1) streams.push(await open(`?window=${10_000 + index}`));
    await until(() => streams.every(({ frames }) => frames.length > 0));
    const windows = streams.map(({ frames: [first] }) => (first?.frame.type === 'hello' ? first.frame.window : undefined));
    expect(windows.slice(0, 8)).toEqual(Array.from({ length: 8 }, (_, index) => 10_000 + index));
    expect(windows.slice(8)).toEqual([60_000, 60_000, 60_000, 60_000]);
    expect(said).toContain('live: times that are the ninth different ones at a time');
  });

  it('may be anything: the stream opens, and nothing is thrown', async () => {
    const { url } = await serveLive();
    const names = fc.constantFrom('parts', 'kinds', 'window', 'every', '__proto__', '', 'parts[]');
    const query = fc.array(fc.tuple(names, fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 60 });
    const id = fc.oneof(fc.stringMatching(/^[!-~]{0,40}$/), fc.constantFrom('1.1', '.', 'x.99999999999999999999', 'x.-1', '0.0'));
    await fc.assert(
      fc.asyncProperty(query, id, async (pairs, lastEventId) => {
        const search = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.replace(/[\ud800-\udfff]/g, ''))}`).join('&');
        const stream = await openStream(`${url}?${search}`, { headers: { 'last-event-id': lastEventId } });
        await until(() => stream.frames.length > 0);
        stream.close();
        expect([stream.status, stream.frames[0]?.frame.type]).toEqual([200, 'hello']);
      }),
      { numRuns: 15 },
    );
  }, 30_000);
});
