// What becomes of signals when the receiver fails: over real sockets, counted at the receiver by id.
import { afterAll, describe, expect, it } from 'vitest';
import { takes } from '../helpers/collector.ts';
import { createFaultBench } from '../helpers/fault-bench.ts';
import type { FaultBench } from '../helpers/fault-bench.ts';
import { AFTER, expected, faultRows, MET, observed, tableOf } from '../helpers/fault-rows.ts';
import type { Later, Observed } from '../helpers/fault-rows.ts';
import { accountOf } from '../helpers/ledger-faults.ts';

let bench: FaultBench;
const later: Later = (milliseconds, then) => ({
  run(exchange) {
    const timer = bench.clock.every(milliseconds).subscribe(() => {
      timer.unsubscribe();
      if (!exchange.socket.destroyed) then.run(exchange);
    });
  },
});
const words = {
  refused: 'POST {url}: connection refused (ECONNREFUSED)',
  reset: 'POST {url}: connection closed without an answer (ECONNRESET)',
  redirect: 'POST {url} redirects to http://elsewhere.test (307): set the endpoint to it',
};

describe('when the receiver of a Node process fails, all is accounted for, and each trouble said once:', () => {
  const table: Observed[] = [];
  afterAll(() => console.log(tableOf('Node', table)));

  it.each(faultRows(words, later).map((row) => [row.fault, row] as const))('%s', { timeout: 60_000 }, async (_, row) => {
    bench = await createFaultBench({ delivery: row.delivery });
    const { obs, collector, health, emitSpans, settle, pass, during } = bench;
    try {
      collector.treat(...row.treat);
      if (row.refused !== undefined) await collector.shut();
      emitSpans(MET);
      if (row.refused === 'then up') {
        await pass(() => health.length > 0);
        await collector.open();
      }
      await settle();
      const again = collector.exports.map(({ body }) => body.toString('hex'));
      const wait = (collector.exports[1]?.at ?? 0) - (collector.exports[0]?.at ?? 0);

      if (row.refused === 'always') await collector.open();
      collector.treat(takes());
      emitSpans(AFTER);
      await settle();
      expect(await during(obs.shutdown())).toMatchObject({ timedOut: false, pending: 0 });

      const ledger = obs.ledger();
      const seen = observed(row, { ledger, health }, collector);
      table.push(seen);
      expect(seen).toEqual(expected(row));
      const { emitted, routed } = ledger;
      expect({ emitted, routed, accepted: accountOf(ledger).accepted }).toEqual({ emitted: MET + AFTER, routed: MET + AFTER, accepted: MET + AFTER });
      if (row.waits !== undefined) {
        expect(wait).toBeGreaterThanOrEqual(row.waits[0]);
        expect(wait).toBeLessThanOrEqual(row.waits[1]);
      }
      // What is sent again is sent the same; only what is too large is not.
      if (!row.fault.startsWith('413')) expect(new Set(again).size).toBeLessThanOrEqual(1);
    } finally {
      await bench.close();
    }
  });
});
