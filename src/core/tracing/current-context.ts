import { context, isSpanContextValid, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { ActiveContext, Runtime } from '../runtime.ts';
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
  enter<T>(span: RecordingSpan, callback: () => T): T;
}

/** Marks the OpenTelemetry contexts that a manager of this SDK made, with the span it made them for. */
const entered: symbol = Symbol.for('@arkhe/observability/entered');

export function createCurrentContext({ storage }: Runtime, home: SpanHome): CurrentContext {
  const probe = ROOT_CONTEXT.setValue(entered, undefined);
  let followed = false;

  /** Whether an OpenTelemetry context manager exists. Once there was one, contexts are made for it, which costs a span's time. */
  function isFollowed(theirs: Context): boolean {
    followed ||= theirs !== ROOT_CONTEXT || context.with(probe, () => context.active() === probe);
    return followed;
  }

  /** A span of the host's own OpenTelemetry, when that is deeper than what is ours. */
  function theirSpan({ ours, theirs }: Place): Parent | undefined {
    if (theirs === ROOT_CONTEXT) return undefined;
    const span = trace.getSpan(theirs);
    if (span === undefined || theirs.getValue(entered) === span || !isSpanContextValid(span.spanContext())) return undefined;
    // A library's, in a trace of ours.
    if (span instanceof OpenTelemetrySpan && span.recordingSpan.belongsTo(home)) {
      return { trace: span.recordingSpan.trace, remote: false, request: ours?.request };
    }
    const where = fromSpanContext(span.spanContext());
    return where && { trace: where, remote: true, request: ours?.request };
  }

  return {
    place: () => ({ ours: storage.get(), theirs: context.active() ?? ROOT_CONTEXT }),
    parentAt(place) {
      const span = theirSpan(place);
      if (span !== undefined) return span;
      const { ours } = place;
      // The application has the request, too, and may have changed it.
      const where = ours?.span?.trace ?? (ours?.request && (traceOfParent(ours.request) ?? undefined));
      return where && { trace: where, remote: !home.own.has(where), request: ours?.request };
    },
    enter: (span, callback) =>
      storage.run({ span, request: span.request ?? storage.get()?.request }, () => {
        const theirs = context.active() ?? ROOT_CONTEXT;
        if (!isFollowed(theirs)) return callback();
        return context.with(trace.setSpan(theirs.setValue(entered, span.openTelemetry), span.openTelemetry), callback);
      }),
  };
}

/** Whether nothing is to be observed here: a sink is at work, or the host says so. */
export function isSuppressed({ ours, theirs }: Place): boolean {
  return ours?.suppressed === true || (theirs !== ROOT_CONTEXT && isTracingSuppressed(theirs));
}
