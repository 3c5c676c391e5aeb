// Receivers that fail in whatever order, over real sockets.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { refuses, refusesAbove, takes, takesAllBut, takesUntold } from '../helpers/collector.ts';
import type { Treatment } from '../helpers/collector.ts';
import { createFaultBench } from '../helpers/fault-bench.ts';
import { answer, closeBeforeHeaders, closeHalfWay, endless, hang, html, large, noStore, redirect, reset } from '../helpers/fault-server.ts';
import { accountOf } from '../helpers/ledger-faults.ts';

const SIGNALS = 200;

const treatments: Readonly<Record<string, Treatment>> = {
  'takes it': takes(),
  'takes it, closes half-way': takes(closeHalfWay()),
  'takes it, streams for ever': takes(endless()),
  'takes it, says much': takes(large(200_000)),
  'takes it, not to be stored': takes(noStore()),
  'takes it but for 3': takesAllBut(3, 'too old'),
  'takes it and resets': takesUntold(reset()),
  'takes it and hangs': takesUntold(hang()),
  'takes what is small': refusesAbove(2_000),
  '400': refuses(answer(400)),
  '429': refuses(answer(429, { headers: { 'retry-after': '1' } })),
  '500': refuses(answer(500)),
  '503': refuses(answer(503)),
  'a page': refuses(html()),
  'a redirect': refuses(redirect('http://elsewhere.test/')),
  hangs: refuses(hang()),
  resets: refuses(reset()),
  'says nothing': refuses(closeBeforeHeaders()),
};

const schedules = fc.record({
  treat: fc.array(fc.constantFrom(...Object.keys(treatments)), { minLength: 1, maxLength: 12 }),
  protocol: fc.constantFrom('http/protobuf' as const, 'http/json' as const),
  delivery: fc.record({
    maxBatchSize: fc.integer({ min: 1, max: 100 }),
    maxQueueSize: fc.constantFrom(20, 60, 1_000),
    whenFull: fc.constantFrom('dropNewest' as const, 'dropOldest' as const, 'priority' as const),
    flushEvery: fc.constantFrom(0, 100, 1_000),
    concurrency: fc.integer({ min: 1, max: 4 }),
    maxRetries: fc.integer({ min: 0, max: 3 }),
    timeout: fc.constant(2_000),
  }),
  /** Signals between two turns. */
  pace: fc.constantFrom(3, 20, 200),
  /** Turns before the end; a flush first. */
  patience: fc.constantFrom(0, 20, 100),
  flush: fc.boolean(),
});

it(`40 receivers, each failing at random: of ${SIGNALS} signals every one is accounted for at every turn`, { timeout: 240_000 }, async () => {
  const totals = { received: 0, duplicates: 0, delivered: 0, dropped: 0, untold: 0, turns: 0 };
  await fc.assert(
    fc.asyncProperty(schedules, async ({ treat, protocol, delivery, pace, patience, flush }) => {
      const bench = await createFaultBench({ sink: { protocol }, delivery });
      const { obs, collector, check, pass, during } = bench;
      try {
        collector.treat(...treat.map((name) => treatments[name] ?? takes()));
        for (let index = 0; index < SIGNALS; index++) {
          if (index % 2 === 0) obs.tracer.startSpan(`span ${index}`, () => undefined);
          else obs.logger.info(`log ${index}`);
          check();
          if (index % pace === pace - 1) await pass(after(1));
        }
        await pass(after(patience));
        if (flush) await during(obs.flush({ timeout: 3_000 }));
        expect(await during(obs.shutdown({ timeout: 3_000 }))).toMatchObject({ pending: 0 });
        check();

        const { emitted, routed, held } = obs.ledger();
        expect([emitted, routed, held]).toEqual([SIGNALS, SIGNALS, 0]);
        const { accepted, delivered, handedOff, pending, dropped } = accountOf(obs.ledger());
        const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
        expect([accepted, handedOff, pending, delivered + lost]).toEqual([SIGNALS, 0, 0, SIGNALS]);

        const ids = [...collector.spans().map(({ spanId }) => spanId), ...collector.logs().map(({ attributes }) => String(attributes['log.record.uid']))];
        const told = collector.told();
        const toldIds = new Set([...told.spans.map(({ spanId }) => spanId), ...told.logs.map(({ attributes }) => String(attributes['log.record.uid']))]);
        // What is said to be delivered was; what was, and said so before the end, is said to be.
        expect(delivered).toBeLessThanOrEqual(toldIds.size);
        expect(toldIds.size - delivered).toBeLessThanOrEqual(dropped.shutdown);
        // Nothing is missing that is not said to be lost.
        expect(new Set(ids).size).toBeGreaterThanOrEqual(SIGNALS - lost);
        totals.received += new Set(ids).size;
        totals.duplicates += ids.length - new Set(ids).size;
        totals.delivered += delivered;
        totals.dropped += lost;
        totals.untold += new Set(ids).size - toldIds.size;
      } finally {
        await bench.close();
      }

      function after(count: number): () => boolean {
        let left = count;
        return () => {
          totals.turns += 1;
          return left-- === 0;
        };
      }
    }),
    { numRuns: 40 },
  );
  console.log(`random receivers: emitted ${40 * SIGNALS}, ${Object.entries(totals).map(([name, count]) => `${name} ${count}`).join(', ')}`);
});
