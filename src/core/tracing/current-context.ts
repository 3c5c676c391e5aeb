import { context, isSpanContextValid, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { ContextCarrier } from '../context.ts';
import type { Baggage } from '../propagation/baggage.ts';
import type { ActiveRequest } from '../requests/active-request.ts';
import type { ActiveContext, Runtime } from '../runtime.ts';
import { isContextManaged } from './api-copies.ts';
import type { HostSpans } from './host-spans.ts';
import { fromApiBaggage, toApiBaggage } from './open-telemetry-baggage.ts';
import { fromSpanContext, OpenTelemetrySpan } from './open-telemetry-span.ts';
import type { RecordingSpan, SpanHome } from './recording-span.ts';
import { traceOfParent } from './span-parent.ts';
import type { Parent } from './span-parent.ts';

/** Where the code runs: in what is active of ours, and in which context of OpenTelemetry's. */
export interface Place {
  readonly ours: ActiveContext | undefined;
  readonly theirs: Context;
}

/** Follows where the code runs, together with OpenTelemetry. */
export interface CurrentContext {
  place(): Place;
  /** The span at that place: the deepest one, ours or of the host's OpenTelemetry. */
  parentAt(place: Place): Parent | undefined;
  /** What travels with the trace at that place. */
  baggageAt(place: Place): Baggage | undefined;
  run<T>(span: RecordingSpan, callback: () => T): T;
  /** From here on this request is active, and its span if it has one; `undefined`: nothing is. */
  enter(request: ActiveRequest | undefined, span: RecordingSpan | undefined): void;
  /** What a global context manager of ours stands on. */
  readonly carrier: ContextCarrier;
  /** Whether the global context manager is that of ours: then nothing has to be entered twice. */
  carries: boolean;
  /** Whether there is a global context manager, and it is not ours. */
  readonly isForeign: boolean;
}

/** Marks the OpenTelemetry contexts that a manager of this SDK made, with the span it made them for. */
const entered: symbol = Symbol.for('@arkhe/observability/entered');

export function createCurrentContext({ storage }: Runtime, home: SpanHome, hostSpans: Pick<HostSpans, 'has'>): CurrentContext {
  const probe = ROOT_CONTEXT.setValue(entered, undefined);
  let found = false;

  /** Whether the host has a context manager of OpenTelemetry's. Once there was one, contexts are made for it, which costs a span's time. */
  function isForeign(theirs: Context): boolean {
    if (current.carries) return false;
    found ||= theirs !== ROOT_CONTEXT || context.with(probe, () => context.active() === probe);
    return found;
  }

  /** The span that OpenTelemetry's context names, when that was entered after what is ours. */
  function theirSpan({ ours, theirs }: Place): Parent | undefined {
    if (theirs === ROOT_CONTEXT || (current.carries && ours?.isSpanInner === true)) return undefined;
    const span = trace.getSpan(theirs);
    if (span === undefined || !isSpanContextValid(span.spanContext())) return undefined;
    const own = span instanceof OpenTelemetrySpan && span.recordingSpan.belongsTo(home) ? span.recordingSpan : undefined;
    // It was entered together with ours, or with that of another manager.
    if (own === undefined ? theirs.getValue(entered) === span : own === ours?.span) return undefined;
    const baggage = fromApiBaggage(propagation.getBaggage(theirs));
    // Of a library, or of a context that was kept.
    if (own !== undefined) {
      return { trace: own.trace, remote: false, request: own.request ?? ours?.request, baggage: baggage ?? own.baggage };
    }
    const where = fromSpanContext(span.spanContext());
    return where && { trace: where, remote: !hostSpans.has(span), request: ours?.request, baggage };
  }

  /** The context in which this span is active. */
  function contextOf(span: RecordingSpan, outer: Context): Context {
    const inner = trace.setSpan(outer.setValue(entered, span.openTelemetry), span.openTelemetry);
    return span.baggage === undefined ? inner : propagation.setBaggage(inner, toApiBaggage(span.baggage));
  }

  const current: CurrentContext = {
    place() {
      const ours = storage.get();
      if (current.carries) return { ours, theirs: ours?.theirs ?? ROOT_CONTEXT };
      // Mostly there is no manager of contexts, and to ask what stands in for it takes a while.
      return { ours, theirs: isContextManaged() ? (context.active() ?? ROOT_CONTEXT) : ROOT_CONTEXT };
    },
    parentAt(place) {
      const span = theirSpan(place);
      if (span !== undefined) return span;
      const { ours } = place;
      // The application has the request, too, and may have changed it.
      const where = ours?.span?.trace ?? (ours?.request && (traceOfParent(ours.request) ?? undefined));
      return where && { trace: where, remote: !home.own.has(where), request: ours?.request, baggage: current.baggageAt(place) };
    },
    baggageAt({ ours, theirs }) {
      const inContext = theirs === ROOT_CONTEXT ? undefined : fromApiBaggage(propagation.getBaggage(theirs));
      return inContext ?? ours?.span?.baggage;
    },
    run(span, callback) {
      const ours = storage.get();
      const theirs = current.carries ? ours?.theirs : (context.active() ?? ROOT_CONTEXT);
      const inner: ActiveContext = { span, request: span.request ?? ours?.request, theirs, isSpanInner: true };
      return storage.run(inner, () => {
        if (theirs === undefined || !isForeign(theirs)) return callback();
        return context.with(contextOf(span, theirs), callback);
      });
    },
    enter(request, span) {
      storage.enter?.(request && { span, request, theirs: undefined, isSpanInner: true });
    },
    carrier: {
      active() {
        const ours = storage.get();
        if (ours === undefined) return ROOT_CONTEXT;
        const { span, theirs = ROOT_CONTEXT, isSpanInner } = ours;
        if (isSpanInner !== true || span === undefined) return theirs;
        return (ours.derived ??= contextOf(span, theirs));
      },
      run: (theirs, callback) => storage.run({ ...storage.get(), theirs, isSpanInner: false, derived: undefined }, callback),
    },
    carries: false,
    get isForeign() {
      return !current.carries && isContextManaged() && isForeign(context.active() ?? ROOT_CONTEXT);
    },
  };
  return current;
}

/** Whether nothing is to be observed here: a sink is at work, or the host says so. */
export function isSuppressed({ ours, theirs }: Place): boolean {
  return ours?.suppressed === true || (theirs !== ROOT_CONTEXT && isTracingSuppressed(theirs));
}
