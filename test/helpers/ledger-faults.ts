import type { Ledger, SinkLedger } from '../../src/core/ledger.ts';

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);

/** Which of the equations of the ledger do not hold, with its numbers; none when it balances. */
export function ledgerFaults(ledger: Ledger): string[] {
  const { emitted, added, routed, held, filtered, sinks } = ledger;
  const faults: string[] = [];
  if (emitted + added !== routed + sum(filtered) + held || held < 0) faults.push(`stream: ${JSON.stringify(ledger)}`);
  for (const [name, { accepted, delivered, handedOff, spooled, pending, dropped }] of Object.entries(sinks)) {
    const counts = [accepted, delivered, handedOff, spooled, pending, ...Object.values(dropped)];
    const balances = accepted === delivered + handedOff + spooled + pending + sum(dropped);
    if (!balances || counts.some((count) => !Number.isInteger(count) || count < 0)) faults.push(`${name}: ${JSON.stringify(sinks[name])}`);
  }
  return faults;
}

/** What became of the signals for the OTLP sink. */
export function accountOf({ sinks }: Ledger): SinkLedger {
  const account = sinks['otlp'];
  if (account === undefined) throw new Error('no OTLP sink');
  return account;
}
