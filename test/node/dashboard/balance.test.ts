import { describe, expect, it } from 'vitest';
import { lostSignals, sinkBalance, streamBalance } from '../../../src/browser/dashboard/balance.ts';
import type { Ledger, SinkLedger } from '../../../src/core/ledger.ts';

const noDrops = { 'queue-full': 0, 'too-large': 0, rejected: 0, 'retries-exhausted': 0, 'spool-full': 0, shutdown: 0 };
const sink: SinkLedger = { accepted: 20, delivered: 10, handedOff: 1, spooled: 2, pending: 3, dropped: { ...noDrops, rejected: 1, 'queue-full': 3 } };
const ledger: Ledger = {
  emitted: 30,
  added: 2,
  routed: 20,
  held: 4,
  filtered: { disabled: 0, 'redaction-failed': 0, pipeline: 0, sampled: 7, 'rate-limited': 0, repeated: 0, 'no-sink': 1, shutdown: 0 },
  sinks: { otlp: sink, other: { ...sink, dropped: noDrops } },
};

describe('the ledger', () => {
  it('balances when everything that came in is somewhere', () => {
    expect(streamBalance(ledger)).toMatchObject({ difference: 0, reasons: [{ label: 'sampled', count: 7 }, { label: 'no-sink', count: 1 }] });
    expect(sinkBalance(sink)).toMatchObject({ difference: 0, reasons: [{ label: 'queue-full', count: 3 }, { label: 'rejected', count: 1 }] });
  });

  it('says by how much it is off', () => {
    expect(streamBalance({ ...ledger, emitted: 31 }).difference).toBe(1);
    expect(sinkBalance({ ...sink, delivered: 12 }).difference).toBe(-2);
  });

  it('counts what all sinks lost', () => {
    expect(lostSignals(ledger)).toBe(4);
  });
});
