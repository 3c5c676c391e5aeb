import type { Delivery } from './delivery/delivery.ts';
import type { LedgerBook } from './ledger.ts';
import type { Signal } from './signal.ts';
import { estimateSize } from './signal-size.ts';

/** Hands a signal to every sink that wants it, and counts what none wants. */
export function route(signal: Signal, deliveries: readonly Delivery[], book: LedgerBook): void {
  let bytes: number | undefined;
  for (const delivery of deliveries) {
    if (!delivery.accepts(signal)) continue;
    if (bytes === undefined) {
      book.route();
      bytes = estimateSize(signal);
    }
    delivery.offer(signal, bytes);
  }
  if (bytes === undefined) book.filter('no-sink');
}
