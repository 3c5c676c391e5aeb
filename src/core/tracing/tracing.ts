import { context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Environment } from '../environment.ts';
import type { Runtime } from '../runtime.ts';
import type { TraceContext } from '../signal.ts';
import { snapshotText } from '../snapshot.ts';
import { createCurrentContext } from './current-context.ts';
import { createTracerProvider } from './open-telemetry-provider.ts';
import type { Scope, SpanHome } from './recording-span.ts';
import { createSpanStarter } from './start-span.ts';
import { traceFunctionWith } from './trace-function.ts';
import { readTraceHeaders, traceHeaders } from './trace-headers.ts';
import type { Tracer, TracingManager } from './tracing-manager.ts';
import { VERSION } from '../version.ts';

/** The tracing of one manager. */
export interface Tracing {
  readonly manager: TracingManager;
  /** Where in which trace the code runs: in a span of ours, in a request of ours, or in a span of the host's OpenTelemetry. */
  currentTrace(): TraceContext | undefined;
  /** Where an error was thrown, when a span recorded it. */
  traceOf(error: unknown): ErrorOrigin | undefined;
  tracer(name: string, version: string | undefined): Tracer;
  /** Serves OpenTelemetry's global API, or no longer. */
  register(wanted: boolean): void;
}

/** Where an error was thrown. */
export interface ErrorOrigin {
  readonly trace: TraceContext;
  readonly requestId: string | undefined;
}

/** Of spans started without `getTracer`. */
const ours: Scope = Object.freeze({ name: '@arkhe/observability', version: VERSION });

export function createTracing(runtime: Runtime, environment: Pick<Environment, 'createContextManager'>): Tracing {
  const { clock, diagnostics, storage } = runtime;
  const thrown = new WeakMap<object, ErrorOrigin>();
  let unregister: (() => void) | undefined;

  const home: SpanHome = {
    clock,
    own: new WeakSet(),
    emit: (signal) => runtime.emit(signal),
    run: (span, callback) => current.enter(span, callback),
    startSpanUnder: (span) => spans.startSpanOf(span.scope, span),
    threw(error, span) {
      if (typeof error !== 'object' || error === null) return;
      const { trace, request } = span;
      // The innermost span is where it was thrown; those around only saw it pass. In another trace it was thrown once more.
      if (thrown.get(error)?.trace.traceId !== trace.traceId) thrown.set(error, { trace, requestId: request?.requestId });
    },
  };
  const current = createCurrentContext(runtime, home);
  const spans = createSpanStarter(runtime, home, current);
  const startSpan = spans.startSpanOf(ours);

  return {
    currentTrace: () => current.parentAt(current.place())?.trace,
    traceOf: (error) => (typeof error === 'object' && error !== null ? thrown.get(error) : undefined),
    tracer(name, version) {
      const scoped = spans.startSpanOf(Object.freeze({ name: snapshotText(name, 256), version }));
      return { startSpan: scoped, traceFunction: traceFunctionWith(scoped) };
    },
    register(wanted) {
      if (wanted === (unregister !== undefined)) return;
      unregister?.();
      unregister = wanted ? serveGlobally(runtime, home, environment) : undefined;
    },
    manager: {
      startSpan,
      traceFunction: traceFunctionWith(startSpan),
      activeSpan: () => storage.get()?.span,
      inject(from) {
        const where = spans.parentOf(from, current.place(), 'inject')?.trace;
        return where === undefined ? {} : traceHeaders(where);
      },
      extract: (headers) => readTraceHeaders(headers, (what) => diagnostics.ignored('extract', what)),
    },
  };
}

/** Serves what no other SDK has registered; the result takes back exactly that. */
function serveGlobally(runtime: Runtime, home: SpanHome, environment: Pick<Environment, 'createContextManager'>): () => void {
  const manager = environment.createContextManager();
  const undo: (() => void)[] = [];
  if (trace.setGlobalTracerProvider(createTracerProvider(runtime, home))) undo.push(() => trace.disable());
  if (context.setGlobalContextManager(manager)) undo.push(() => context.disable());
  else manager.disable();
  if (propagation.setGlobalPropagator(new W3CTraceContextPropagator())) undo.push(() => propagation.disable());
  return () => {
    for (const step of undo) step();
  };
}
