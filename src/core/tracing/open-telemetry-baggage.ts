import { baggageEntryMetadataFromString, propagation } from '@opentelemetry/api';
import type { Baggage as ApiBaggage, BaggageEntry as ApiBaggageEntry } from '@opentelemetry/api';
import type { Baggage } from '../propagation/baggage.ts';

/** Baggage as code that knows OpenTelemetry's API only wants it. */
export function toApiBaggage(baggage: Baggage): ApiBaggage {
  const entries = baggage.map(({ key, value, metadata }): [string, ApiBaggageEntry] => [
    key,
    metadata === undefined ? { value } : { value, metadata: baggageEntryMetadataFromString(metadata) },
  ]);
  return propagation.createBaggage(Object.fromEntries(entries));
}

/** What such code has set. `undefined` when that is nothing, or cannot be read. */
export function fromApiBaggage(baggage: ApiBaggage | undefined): Baggage | undefined {
  if (baggage === undefined) return undefined;
  try {
    const entries = baggage.getAllEntries().map(([key, { value, metadata }]) => {
      return { key, value, metadata: metadata?.toString() || undefined };
    });
    return entries.length === 0 ? undefined : Object.freeze(entries);
  } catch {
    // Foreign code.
    return undefined;
  }
}
