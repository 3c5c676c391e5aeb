/** Records as the body of a request. */
export interface EncodedRecords {
  /** Absent when none could be read. */
  readonly body: Uint8Array | undefined;
  /** How many could not be read, because a user's operator broke them. Nothing of them is in the body. */
  readonly unreadable: number;
}

/** Reads every signal as a record, and encodes what could be read. */
export function encodeEach<S, R>(
  signals: readonly S[],
  read: (signal: S) => R,
  encode: (records: readonly R[]) => Uint8Array,
): EncodedRecords {
  const records: R[] = [];
  for (const signal of signals) {
    try {
      records.push(read(signal));
    } catch {
      // Counted below.
    }
  }
  return { body: records.length > 0 ? encode(records) : undefined, unreadable: signals.length - records.length };
}
