import type { SpanKind } from '#sdk';

/** A value of an attribute. A whole number that came as a floating-point number is `{ double }`. */
export type SeenValue = string | number | boolean | { readonly double: number } | readonly SeenValue[];
export type SeenAttributes = Readonly<Record<string, SeenValue>>;

/** A span as a backend understood it, in one form for all of them. */
export interface SeenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly traceState: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  /** The name of the service it is from. */
  readonly service: string;
  /** Epoch microseconds. */
  readonly start: number;
  /** Microseconds. */
  readonly duration: number;
  readonly attributes: SeenAttributes;
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string | undefined };
  /** `at`: epoch microseconds. */
  readonly events: readonly { readonly name: string; readonly at: number; readonly attributes: SeenAttributes }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** What it says of its service beside the name. */
  readonly resource: SeenAttributes;
  readonly scope: { readonly name: string; readonly version: string } | undefined;
}

/** For comparisons whose differences can be read. The names of a trace must differ. */
export function byName(spans: readonly SeenSpan[]): Readonly<Record<string, SeenSpan>> {
  return Object.fromEntries(spans.map((span) => [span.name, span]));
}
