// What becomes of spans when a receiver fails over gRPC: over real sockets, counted at the receiver by id.
import { afterAll, describe, expect, it } from 'vitest';
import { createObservability, otlpSink } from '#sdk';
import type { Health, OtlpSinkOptions } from '#sdk';
import { AFTER, expected, MET, observed, tableOf } from '../helpers/fault-rows.ts';
import type { Observed } from '../helpers/fault-rows.ts';
import { grpcFaultRows } from '../helpers/grpc-fault-rows.ts';
import type { GrpcFaultRow } from '../helpers/grpc-fault-rows.ts';
import { fails, keeps, rejects, startGrpcReceiver } from '../helpers/grpc-receiver.ts';
import { accountOf, ledgerFaults } from '../helpers/ledger-faults.ts';
import { createTurnClock, passTurns } from '../helpers/turns.ts';

const noGzip = 'grpc: Decompressor is not installed for grpc-encoding "gzip"';
const rows: readonly (GrpcFaultRow & { readonly sink?: OtlpSinkOptions })[] = [
  ...grpcFaultRows,
  {
    fault: 'gzip refused',
    sink: { compression: 'gzip' },
    treat: [rejects(fails(12, { message: encodeURIComponent(noGzip) })), keeps()],
    received: AFTER, delivered: AFTER, dropped: { rejected: MET }, exports: 2,
    health: [
      `sink-failed traces: gRPC {base} answered UNIMPLEMENTED: ${noGzip} (it does not take this compression)`,
      `dropped ${MET} rejected`,
      'sink-recovered',
    ],
  },
];

describe('when the receiver of a Node process fails over gRPC, all is accounted for, and each trouble said once:', () => {
  const table: Observed[] = [];
  afterAll(() => console.log(tableOf('gRPC', table)));

  it.each(rows.map((row) => [row.fault, row] as const))('%s', { timeout: 60_000 }, async (_, row) => {
    const clock = createTurnClock();
    const receiver = await startGrpcReceiver(clock.elapsed);
    const sinks = [otlpSink({ endpoint: receiver.url, protocol: 'grpc', ...row.sink })];
    const obs = createObservability({ serviceName: 'faults', environment: 'production', sources: false, sinks, clock, delivery: row.delivery });
    const health: Health[] = [];
    obs.health$.subscribe((trouble) => health.push(trouble));
    const pass = (condition: () => boolean): Promise<void> => passTurns(clock, condition, () => expect(ledgerFaults(obs.ledger())).toEqual([]));
    const settle = (): Promise<void> => pass(() => accountOf(obs.ledger()).pending === 0);
    const emitSpans = (count: number): void => {
      for (let index = 0; index < count; index++) obs.tracer.startSpan(`GET /orders/${index}`, () => undefined);
    };
    let done = false;
    try {
      receiver.treat(...row.treat);
      if (row.refused !== undefined) await receiver.shut();
      emitSpans(MET);
      if (row.refused === 'then up') {
        await pass(() => health.length > 0);
        await receiver.open();
      }
      await settle();
      const wait = (receiver.exports[1]?.at ?? 0) - (receiver.exports[0]?.at ?? 0);

      if (row.refused === 'always') await receiver.open();
      receiver.treat(keeps());
      emitSpans(AFTER);
      await settle();
      const ended = obs.shutdown().finally(() => (done = true));
      await pass(() => done);
      expect(await ended).toMatchObject({ timedOut: false, pending: 0 });

      const ledger = obs.ledger();
      const seen = observed(row, { ledger, health }, receiver);
      table.push(seen);
      expect(seen).toEqual(expected(row));
      const { emitted, routed } = ledger;
      expect({ emitted, routed, accepted: accountOf(ledger).accepted }).toEqual({ emitted: MET + AFTER, routed: MET + AFTER, accepted: MET + AFTER });
      if (row.waits !== undefined) {
        expect(wait).toBeGreaterThanOrEqual(row.waits[0]);
        expect(wait).toBeLessThanOrEqual(row.waits[1]);
      }
      await receiver.hasOpen(0);
    } finally {
      if (!done) await Promise.all([obs.shutdown({ timeout: 1 }), passTurns(clock, () => clock.elapsed() > 0)]);
      await receiver.close();
    }
  });
});
