/** One entry of baggage. https://www.w3.org/TR/baggage/ */
export interface BaggageEntry {
  /** A token of HTTP; case matters. */
  readonly key: string;
  /** Decoded. */
  readonly value: string;
  /** Its properties, as they came: `secret;ttl=5`. */
  readonly metadata: string | undefined;
}

/** What travels along with a trace, in order. Frozen; never empty. Two entries may have the same key. */
export type Baggage = readonly BaggageEntry[];

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const token = /^[\w!#$%&'*+.^`|~-]+$/;

export function isBaggageKey(text: string): boolean {
  return token.test(text);
}

/** Whether headers can hold it. Of what comes through OpenTelemetry's API nobody has checked even the types. */
export function isCarriable({ key, value, metadata = '' }: BaggageEntry): boolean {
  return typeof key === 'string' && isBaggageKey(key) && typeof value === 'string' && typeof metadata === 'string';
}
