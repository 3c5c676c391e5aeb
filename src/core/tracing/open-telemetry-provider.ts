import { context, INVALID_SPAN_CONTEXT, propagation, SpanKind as ApiSpanKind, trace } from '@opentelemetry/api';
import type { Context, Span as ApiSpan, SpanContext, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import { readProperty } from '../read-property.ts';
import type { Runtime } from '../runtime.ts';
import type { SpanKind } from '../signal.ts';
import { snapshotText } from '../snapshot.ts';
import { beginSpan } from './begin-span.ts';
import { isSuppressed } from './current-context.ts';
import { fromApiBaggage } from './open-telemetry-baggage.ts';
import { fromSpanContext, OpenTelemetrySpan, toLinks } from './open-telemetry-span.ts';
import { toMilliseconds } from './open-telemetry-time.ts';
import type { Scope, SpanHome } from './recording-span.ts';
import type { Parent } from './span-parent.ts';
import type { TwiceTraced } from './twice-traced.ts';

type Run = (span: ApiSpan) => unknown;

/** Serves OpenTelemetry's API: the spans of libraries instrumented with it travel our stream. */
export function createTracerProvider(runtime: Runtime, home: SpanHome, twice: TwiceTraced): TracerProvider {
  const { clock, diagnostics, storage } = runtime;

  function begin(name: string, options: object, theirs: Context, scope: Scope): ApiSpan {
    const ours = storage.get();
    // Without a trace: nothing that is suppressed is handed on to other processes.
    if (isSuppressed({ ours, theirs })) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const parentContext = readProperty(options, 'root') === true ? undefined : trace.getSpanContext(theirs);
    const { enabled, tracing } = runtime.settings;
    if (!enabled || !tracing.enabled) return trace.wrapSpanContext(parentContext ?? INVALID_SPAN_CONTEXT);
    twice.libraryBegan(scope.name);
    const baggage = fromApiBaggage(propagation.getBaggage(theirs));
    const parent = parentContext && parentOf(parentContext, theirs);
    const span = beginSpan(runtime, home, {
      name,
      kind: toSpanKind(readProperty(options, 'kind')),
      scope,
      parent: parent && { ...parent, request: parent.request ?? ours?.request, baggage: baggage ?? parent.baggage },
      request: parent?.request ?? ours?.request,
      baggage,
      attributes: readProperty(options, 'attributes'),
      startTime: toMilliseconds(readProperty(options, 'startTime'), clock),
    });
    for (const link of toLinks(readProperty(options, 'links'))) span.addLink(link);
    return span.openTelemetry;
  }

  function parentOf(where: SpanContext, theirs: Context): Parent | undefined {
    const span = trace.getSpan(theirs);
    if (span instanceof OpenTelemetrySpan && span.recordingSpan.belongsTo(home)) {
      const { trace: own, request, baggage } = span.recordingSpan;
      return { trace: own, remote: false, request, baggage };
    }
    const foreign = fromSpanContext(where);
    return foreign && { trace: foreign, remote: where.isRemote === true, request: undefined, baggage: undefined };
  }

  function tracerOf(scope: Scope): Tracer {
    function startSpan(name: string, options: SpanOptions = {}, theirs: Context = context.active()): ApiSpan {
      try {
        return begin(name, Object(options), theirs, scope);
      } catch (error) {
        // A broken host: the work goes on without its span.
        diagnostics.failed('source-failed', 'startSpan', error);
        return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
      }
    }
    /** The function comes last, after the name, the options or the options and the context. */
    function startActiveSpan(name: string, ...rest: readonly unknown[]): unknown {
      const run = rest.at(-1);
      if (typeof run !== 'function') return undefined;
      const [options, theirs = context.active()] = rest.slice(0, -1) as [SpanOptions?, Context?];
      const span = startSpan(name, options, theirs);
      return context.with(trace.setSpan(theirs, span), run as Run, undefined, span);
    }
    return { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };
  }

  return {
    getTracer: (name, version) =>
      tracerOf({ name: snapshotText(name, 256), version: version === undefined ? undefined : snapshotText(version, 256) }),
  };
}

function toSpanKind(kind: unknown): SpanKind {
  switch (kind) {
    case ApiSpanKind.SERVER:
      return 'server';
    case ApiSpanKind.CLIENT:
      return 'client';
    case ApiSpanKind.PRODUCER:
      return 'producer';
    case ApiSpanKind.CONSUMER:
      return 'consumer';
    default:
      return 'internal';
  }
}
