import type { Ledger, SinkLedger } from '../../core/ledger.ts';

/** One side of an equation of the ledger: a number and what it counts. */
export interface Term {
  readonly label: string;
  readonly count: number;
}

/** What came in on the left, what became of it on the right. */
export interface Balance {
  readonly left: readonly Term[];
  readonly right: readonly Term[];
  /** The left less the right: 0, or something is wrong. */
  readonly difference: number;
  /** What is behind the loss or the filter, the greatest first, without those that are 0. */
  readonly reasons: readonly Term[];
}

/** The equation of the stream. */
export function streamBalance({ emitted, added, routed, held, filtered }: Ledger): Balance {
  return balance(
    [{ label: 'emitted', count: emitted }, { label: 'added', count: added }],
    [{ label: 'routed', count: routed }, { label: 'filtered', count: sum(filtered) }, { label: 'held', count: held }],
    filtered,
  );
}

/** The equation of a sink. */
export function sinkBalance({ accepted, delivered, handedOff, spooled, dropped, pending }: SinkLedger): Balance {
  return balance(
    [{ label: 'accepted', count: accepted }],
    [
      { label: 'delivered', count: delivered },
      { label: 'handed off', count: handedOff },
      { label: 'spooled', count: spooled },
      { label: 'dropped', count: sum(dropped) },
      { label: 'pending', count: pending },
    ],
    dropped,
  );
}

/** How many signals the sinks lost. */
export function lostSignals({ sinks }: Ledger): number {
  return Object.values(sinks).reduce((lost, { dropped }) => lost + sum(dropped), 0);
}

function balance(left: readonly Term[], right: readonly Term[], byReason: Readonly<Record<string, number>>): Balance {
  const reasons = Object.entries(byReason).map(([label, count]) => ({ label, count }));
  return {
    left,
    right,
    difference: total(left) - total(right),
    reasons: reasons.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count),
  };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

function total(terms: readonly Term[]): number {
  return terms.reduce((all, { count }) => all + count, 0);
}
