import { describe, expect, it } from 'vitest';
import { OpenRequest } from '../../../src/core/requests/open-request.ts';
import type { RequestFacts } from '../../../src/core/requests/open-request.ts';
import { createOpenRequests } from '../../../src/core/requests/open-requests.ts';
import { createTestClock } from '../../../src/core/testing/test-clock.ts';

function setUp(deadline = 1_000, maxOpen = 10) {
  const clock = createTestClock();
  const ended: string[] = [];
  const overflows: number[] = [];
  const home = { ended: () => undefined, discarded: () => undefined, contextOf: () => expect.fail('nobody asks') };
  const open = createOpenRequests({
    clock,
    policy: () => ({ deadline, maxOpen }),
    abandon: ({ requestId }, why) => void ended.push(`${requestId}: ${why}`),
    overflowed: (most) => void overflows.push(most),
  });
  /** `moved`: what has come and gone, in bytes. */
  function begin(requestId: string, moved?: { bytes: number }): OpenRequest {
    const facts = { requestId, startedAt: clock.elapsed(), raw: {}, progress: moved && (() => moved.bytes) } as unknown as RequestFacts;
    const request = new OpenRequest(home, facts);
    open.add(request);
    return request;
  }
  return { clock, ended, overflows, open, begin };
}

describe('requests that wait for their answers', () => {
  it('are abandoned at the deadline, each at its own', () => {
    const { clock, ended, begin } = setUp();
    begin('one');
    clock.advance(400);
    begin('two');
    clock.advance(599);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual(['one: no answer within 1000 ms']);
    clock.advance(400);
    expect(ended.length).toBe(2);
  });

  it('are not, once they are answered', () => {
    const { clock, ended, open, begin } = setUp();
    open.delete(begin('one'));
    clock.advance(5_000);
    expect(ended).toEqual([]);
  });

  it.each([
    ['before half of it', [450, 1_350]],
    ['just before it', [990, 1_900]],
    ['all the time', Array.from({ length: 40 }, (_, index) => 100 * (index + 1))],
  ])('have their whole deadline again when something comes or goes, %s', (_, pieces) => {
    const { clock, ended, begin } = setUp();
    const moved = { bytes: 200 };
    begin('stream', moved);
    const last = pieces.at(-1) as number;
    for (let time = 1; time <= last + 1_000; time += 1) {
      clock.advance(1);
      if (pieces.includes(time)) moved.bytes += 10;
      expect(ended).toEqual([]);
    }
    // It is seen to go on an eighth of the deadline too late at most.
    clock.advance(125);
    expect(ended.length).toBe(1);
  });

  it('are bounded: one more ends the oldest, and is said', () => {
    const { ended, overflows, begin } = setUp(1_000, 2);
    for (const id of ['one', 'two', 'three', 'four']) begin(id);
    expect(ended.map((text) => text.split(':')[0])).toEqual(['one', 'two']);
    expect(overflows).toEqual([2, 2]);
  });

  it('are all over at the end of their manager', () => {
    const { clock, ended, open, begin } = setUp();
    begin('one');
    begin('two');
    open.close();
    expect(ended).toEqual(['one: the end of the manager', 'two: the end of the manager']);
    clock.advance(5_000);
    expect(ended.length).toBe(2);
  });

  it('are not waited for, when they begin after that', () => {
    const { clock, ended, open, begin } = setUp();
    open.close();
    begin('late');
    expect([...open]).toEqual([]);
    clock.advance(5_000);
    expect(ended).toEqual([]);
  });

  it('need no timer while there is none', () => {
    const { clock, open, begin } = setUp();
    let timers = 0;
    const { every } = clock;
    Object.assign(clock, { every: (milliseconds: number) => ((timers += 1), every(milliseconds)) });
    for (let count = 0; count < 100; count += 1) open.delete(begin('quick'));
    expect(timers).toBe(1);
    clock.advance(60_000);
    expect(timers).toBe(1);
  });
});
