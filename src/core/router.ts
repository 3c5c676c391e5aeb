import type { LedgerBook } from './ledger.ts';
import type { Signal } from './signal.ts';
import { estimateSize } from './signal-size.ts';

/** What the router needs of a sink's delivery. Neither method throws. */
export interface Destination {
  /** Whether the sink wants the signal. */
  accepts(signal: Signal): boolean;
  /** Takes it; `bytes` is about what it holds in memory. */
  offer(signal: Signal, bytes: number): void;
}

/**
 * Hands a signal to every sink that wants it, and counts what none wants. `asMade`: it has exactly the fields of its kind. `known`: about
 * how many bytes it holds, where that is known already.
 */
export function route(signal: Signal, destinations: readonly Destination[], book: LedgerBook, asMade: boolean, known?: number): void {
  let bytes = known;
  let isRouted = false;
  // By index: there is one for every signal, and most have one or two.
  for (let index = 0; index < destinations.length; index += 1) {
    const destination = destinations[index]!;
    if (!destination.accepts(signal)) continue;
    if (!isRouted) {
      isRouted = true;
      book.route();
      bytes ??= estimateSize(signal, asMade);
    }
    destination.offer(signal, bytes!);
  }
  if (!isRouted) book.filter('no-sink');
}
