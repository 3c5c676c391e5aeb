import type { Delivery } from './delivery/delivery.ts';
import type { LedgerBook } from './ledger.ts';
import type { Signal } from './signal.ts';
import { estimateSize } from './signal-size.ts';

/** Hands a signal to every sink that wants it, and counts what none wants. */
export function route(signal: Signal, deliveries: readonly Delivery[], book: LedgerBook): void {
  const takers = deliveries.filter((delivery) => delivery.accepts(signal));
  if (takers.length === 0) return book.filter('no-sink');
  book.route();
  const bytes = estimateSize(signal);
  for (const taker of takers) taker.offer(signal, bytes);
}
