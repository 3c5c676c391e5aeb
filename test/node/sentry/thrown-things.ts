// What the applications of these tests throw: the same in a Node process and in a page, each by a function of its own, to be found
// in the stack.
import type { ObservabilityManager } from '../../../src/core/observability.ts';
import type { Span } from '../../../src/core/tracing/span.ts';

/** Runs code in another realm. */
export type Elsewhere = (code: string) => unknown;

/** What was captured, by what was thrown: its event id, and the span it was thrown in. */
export type Captured = Record<string, { readonly eventId: string; readonly trace?: EventTrace | undefined }>;

/** As an event of Sentry has it. */
export interface EventTrace {
  readonly trace_id: string;
  readonly span_id: string;
}

function orderWithoutTotal(): never {
  throw new Error('the order has no total');
}

function cardRefused(): never {
  throw new TypeError('the card was refused', { cause: new RangeError('amount too large', { cause: new Error('the ledger is closed') }) });
}

function bothShopsClosed(): never {
  throw new AggregateError([new TypeError('the first is closed'), new RangeError('the second is far')], 'no shop is open');
}

function text(): never {
  throw 'out of paper';
}

function nothing(): never {
  throw undefined;
}

function symbol(): never {
  throw Symbol('lost');
}

function plainObject(): never {
  throw { code: 42, reason: 'no stock' };
}

function storageFull(): never {
  throw new DOMException('the quota is used up', 'QuotaExceededError');
}

function fromElsewhere(elsewhere: Elsewhere): never {
  throw elsewhere(`(function madeElsewhere() { return new TypeError('made elsewhere'); })()`);
}

const things: Readonly<Record<string, (elsewhere: Elsewhere) => never>> = {
  'an Error': orderWithoutTotal,
  'a TypeError with causes': cardRefused,
  'an AggregateError': bothShopsClosed,
  'a string': text,
  undefined: nothing,
  'a Symbol': symbol,
  'an object': plainObject,
  'a DOMException': storageFull,
  'an Error of another realm': fromElsewhere,
};

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Captures each of them. */
export function captureThings({ errorTracker, tracer }: ObservabilityManager, elsewhere: Elsewhere): Captured {
  const captured: Captured = {};
  for (const [thing, run] of Object.entries(things)) captured[thing] = { eventId: errorTracker.captureException(caught(() => run(elsewhere))) };

  tracer.startSpan('checkout', (span) => {
    const error = caught(function insideSpan() {
      throw new Error('thrown and caught in a span');
    });
    captured['an Error in a span'] = { eventId: errorTracker.captureException(error), trace: traceOf(span) };
  });

  let trace: EventTrace | undefined;
  const error = caught(() =>
    tracer.startSpan('payment', function outOfSpan(span) {
      trace = traceOf(span);
      throw new Error('thrown out of a span');
    }),
  );
  captured['an Error out of a span'] = { eventId: errorTracker.captureException(error), trace };

  captured['a message'] = { eventId: errorTracker.captureMessage('stock is low', { level: 'warning' }) };
  return captured;
}

function traceOf({ trace: { traceId, spanId } }: Span): EventTrace {
  return { trace_id: traceId, span_id: spanId };
}

export function throwUncaught(): never {
  throw new Error('nobody caught it');
}

export function rejectUnhandled(): void {
  void Promise.reject(new TypeError('nobody awaited it'));
}
