import { isTraceSampled } from '../operators/sample-traces.ts';
import type { Baggage } from '../propagation/baggage.ts';
import type { ActiveRequest } from '../requests/active-request.ts';
import type { Runtime } from '../runtime.ts';
import type { SpanKind, TraceContext } from '../signal.ts';
import { snapshotText } from '../snapshot.ts';
import { noStatus, nothingListed, RecordingSpan } from './recording-span.ts';
import type { Scope, SpanHome } from './recording-span.ts';
import { beginAttributes } from './span-attributes.ts';
import type { Parent } from './span-parent.ts';

/** What a span begins with, whichever API asked for it. */
export interface SpanBeginning {
  readonly name: string;
  readonly kind: SpanKind;
  readonly scope: Scope;
  readonly parent: Parent | undefined;
  readonly request: ActiveRequest | undefined;
  /** What came in without a trace; else that of the parent. */
  readonly baggage?: Baggage | undefined;
  /** Of any type. */
  readonly attributes: unknown;
  /** Epoch milliseconds, when the application gave it. */
  readonly startTime: number | undefined;
}

/**
 * Begins a span. Whether its trace is exported is decided once, at the root; everything under it, in every process, inherits the
 * answer. Every span is recorded all the same, because statistics and `signals$` see all of them.
 */
export function beginSpan({ ids, clock, settings }: Runtime, home: SpanHome, beginning: SpanBeginning): RecordingSpan {
  const { name, kind, scope, parent, request, baggage = parent?.baggage, attributes, startTime } = beginning;
  // As OpenTelemetry has it: a span without a name is a span all the same.
  if (name === '') home.ignored('an empty name');
  const spanId = ids.spanId();
  let trace: TraceContext;
  if (parent === undefined) {
    const traceId = ids.traceId();
    trace = { traceId, spanId, sampled: isTraceSampled(traceId, settings.sampling.rate), traceState: undefined };
  } else {
    const { traceId, sampled, traceState } = parent.trace;
    trace = { traceId, spanId, sampled, traceState };
  }
  return new RecordingSpan({
    home,
    scope,
    request,
    baggage,
    startedAt: startTime === undefined ? clock.elapsed() : undefined,
    // In the order of a finished signal, so that engines keep one shape.
    draft: {
      kind: 'span',
      name: snapshotText(name, 256),
      timestamp: startTime ?? clock.now(),
      attributes: beginAttributes(attributes, home.ignored),
      trace,
      requestId: undefined,
      sessionId: undefined,
      parentSpanId: parent?.trace.spanId,
      parentIsRemote: parent?.remote === true ? true : undefined,
      spanKind: kind,
      duration: 0,
      status: noStatus,
      events: nothingListed,
      links: nothingListed,
      scope,
    },
  });
}
