import { context, isSpanContextValid, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, Link, Span as OpenTelemetrySpan, TracerProvider } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Environment } from '../environment.ts';
import { readProperty } from '../read-property.ts';
import { followCall } from '../follow-call.ts';
import type { RequestContext } from '../requests/request.ts';
import type { Runtime } from '../runtime.ts';
import { snapshotText } from '../snapshot.ts';
import type { TraceContext } from '../signal.ts';
import { hrTime, RecordingSpan, setSnapshot } from './recording-span.ts';
import type { Scope, SpanHome } from './recording-span.ts';
import { createSampler } from './sampler.ts';
import { SilentSpan } from './silent-span.ts';
import { traceOfParent } from './span-parent.ts';
import { createSpanProcessor } from './span-processor.ts';
import { maxAttributes, toOpenTelemetryKind, toTraceContext } from './span-signal.ts';
import type { Span, SpanOptions, StartSpan } from './span.ts';
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

interface Parent {
  readonly trace: TraceContext;
  readonly request: RequestContext | undefined;
}

/** Of spans started without `getTracer`. */
const ours: Scope = { name: '@arkhe/observability', version: VERSION };

export function createTracing(runtime: Runtime, environment: Environment): Tracing {
  const { storage, diagnostics } = runtime;
  const processor = createSpanProcessor(runtime);
  /** Of spans of this manager. Any other parent lives elsewhere: in another process, or in another SDK of this one. */
  const own = new WeakSet<TraceContext>();
  const thrown = new WeakMap<object, ErrorOrigin>();
  /** Marks the OpenTelemetry contexts that a manager of this SDK made, with the span it made them for. */
  const entered = Symbol.for('@arkhe/observability/entered');
  let provider: TracerProvider | undefined;
  let unregister: (() => void) | undefined;

  const home: SpanHome = {
    clock: runtime.clock,
    run: (span, callback) => enter(span, callback),
    startSpanUnder: (span) => startSpanIn(span.scope, span),
    threw(error, { trace, request }) {
      if (typeof error !== 'object' || error === null) return;
      // The innermost span is where it was thrown; those around only saw it pass. In another trace it was thrown once more.
      if (thrown.get(error)?.trace.traceId !== trace.traceId) thrown.set(error, { trace, requestId: request?.requestId });
    },
    serves: ({ openTelemetrySpan }, { requestId }) => processor.belongsTo(openTelemetrySpan, requestId),
  };

  function currentProvider(): TracerProvider {
    provider ??= environment.createTracerProvider({
      sampler: createSampler(() => runtime.settings.sampling.rate),
      idGenerator: { generateTraceId: runtime.ids.traceId, generateSpanId: runtime.ids.spanId },
      spanLimits: { attributeCountLimit: maxAttributes },
      spanProcessors: [processor],
    });
    return provider;
  }

  function enter<T>(span: RecordingSpan, callback: () => T): T {
    const { openTelemetrySpan } = span;
    return storage.run({ span, request: span.request ?? storage.get()?.request }, () => {
      // Where no OpenTelemetry context manager exists, `with` only calls.
      const marked = context.active().setValue(entered, openTelemetrySpan);
      return context.with(trace.setSpan(marked, openTelemetrySpan), callback);
    });
  }

  /** A span of the host's own OpenTelemetry, when the code runs deeper in it than in one of ours. */
  function hostSpan(): OpenTelemetrySpan | undefined {
    const active = context.active();
    const span = trace.getSpan(active);
    if (span === undefined || active.getValue(entered) === span || !isSpanContextValid(span.spanContext())) return undefined;
    return span;
  }

  function currentParent(): Parent | undefined {
    const { span, request } = storage.get() ?? {};
    const host = hostSpan();
    if (host !== undefined) {
      const where = toTraceContext(host.spanContext());
      if (processor.owns(host)) own.add(where);
      return { trace: where, request };
    }
    const where = span?.trace ?? request?.trace;
    return where && { trace: where, request };
  }

  function parentOf(given: unknown, name: string): Parent | undefined {
    if (given === undefined) return currentParent();
    const where = traceOfParent(given);
    if (where === undefined) diagnostics.ignored(name, 'a parent that is not a trace context: there is none');
    return where ? { trace: where, request: requestOf(given) } : undefined;
  }

  /** A request, or what its parent is part of, wherever the code runs. */
  function requestOf(parent: unknown): RequestContext | undefined {
    if (parent instanceof RecordingSpan && parent.request !== undefined) return parent.request;
    return isRequestContext(parent) ? parent : storage.get()?.request;
  }

  function under(parent: Parent | undefined): Context {
    const active = context.active() ?? ROOT_CONTEXT;
    if (parent === undefined) return trace.deleteSpan(active);
    const { traceId, spanId, sampled } = parent.trace;
    return trace.setSpanContext(active, { traceId, spanId, traceFlags: sampled ? 1 : 0, isRemote: !own.has(parent.trace) });
  }

  function begin(givenName: string, options: object, givenParent: unknown, scope: Scope): Span {
    const { enabled, tracing } = runtime.settings;
    const parent = parentOf(givenParent, 'startSpan');
    const off = !enabled || !tracing.enabled || storage.get()?.suppressed === true;
    if (off) return new SilentSpan(givenName, parent?.trace);
    const givenStart = readProperty(options, 'startTime');
    const startGiven = typeof givenStart === 'number' && Number.isFinite(givenStart);
    const startTime = startGiven ? givenStart : runtime.clock.now();
    const name = snapshotText(givenName, 256);
    const openTelemetrySpan = currentProvider()
      .getTracer(scope.name, scope.version)
      .startSpan(
        name,
        {
          kind: toOpenTelemetryKind(readProperty(options, 'kind')),
          startTime: hrTime(startTime),
          links: linksOf(readProperty(options, 'links')),
        },
        under(parent),
      );
    // The host suppresses tracing here.
    if (!openTelemetrySpan.isRecording()) return new SilentSpan(name, parent?.trace);
    // Without a parent it is still part of the request that is served here.
    const request = parent === undefined ? storage.get()?.request : parent.request;
    processor.belongsTo(openTelemetrySpan, request?.requestId);
    const attributes = readProperty(options, 'attributes');
    if (attributes !== undefined) setSnapshot(openTelemetrySpan, attributes);
    const span = new RecordingSpan({ home, openTelemetrySpan, name, scope, request, startTime, startGiven });
    own.add(span.trace);
    return span;
  }

  /** `parent` wins over what the caller gives: it is the span whose `startSpan` was called. */
  function startSpanIn(scope: Scope, parent?: RecordingSpan): StartSpan {
    return <T>(name: string, second?: SpanOptions | ((span: Span) => T), third?: (span: Span) => T): T | Span => {
      const run = typeof second === 'function' ? second : third;
      const options = typeof second === 'object' && second !== null ? second : {};
      let span: Span;
      try {
        span = begin(name, options, parent ?? readProperty(options, 'parent'), scope);
      } catch (error) {
        // A broken host: the work goes on without its span.
        diagnostics.failed('source-failed', 'startSpan', error);
        span = new SilentSpan(snapshotText(name, 256));
      }
      return run === undefined ? span : runIn(span, run);
    };
  }

  function runIn<T>(span: Span, run: (span: Span) => T): T {
    if (!(span instanceof RecordingSpan)) return run(span);
    return followCall(
      () => run(span),
      (failed, error) => {
        if (failed) span.fail(error);
        span.end();
      },
      (piece) => enter(span, piece),
    );
  }

  const startSpan = startSpanIn(ours);

  return {
    currentTrace: () => currentParent()?.trace,
    traceOf: (error) => (typeof error === 'object' && error !== null ? thrown.get(error) : undefined),
    tracer(name, version) {
      const scoped = startSpanIn({ name: snapshotText(name, 256), version });
      return { startSpan: scoped, traceFunction: traceFunctionWith(scoped) };
    },
    register(wanted) {
      if (wanted === (unregister !== undefined)) return;
      unregister?.();
      unregister = wanted ? serveGlobally(currentProvider(), environment) : undefined;
    },
    manager: {
      startSpan,
      traceFunction: traceFunctionWith(startSpan),
      activeSpan: () => storage.get()?.span,
      inject(from) {
        const where = parentOf(from, 'inject')?.trace;
        return where === undefined ? {} : traceHeaders(where);
      },
      extract(headers) {
        const remote = readTraceHeaders(headers);
        if (remote === null) diagnostics.ignored('extract', 'a malformed traceparent');
        return remote ?? undefined;
      },
    },
  };
}

function isRequestContext(value: unknown): value is RequestContext {
  const requestId = typeof value === 'object' && value !== null ? readProperty(value, 'requestId') : undefined;
  return typeof requestId === 'string' && requestId.length <= 128;
}

function linksOf(links: unknown): Link[] {
  if (!Array.isArray(links)) return [];
  return links.flatMap((link) => {
    const where = traceOfParent(link);
    return where ? [{ context: { traceId: where.traceId, spanId: where.spanId, traceFlags: where.sampled ? 1 : 0 } }] : [];
  });
}

/** Serves what no other SDK has registered; the result takes back exactly that. */
function serveGlobally(provider: TracerProvider, environment: Environment): () => void {
  const manager = environment.createContextManager();
  const undo: (() => void)[] = [];
  if (trace.setGlobalTracerProvider(provider)) undo.push(() => trace.disable());
  if (context.setGlobalContextManager(manager)) undo.push(() => context.disable());
  else manager.disable();
  if (propagation.setGlobalPropagator(new W3CTraceContextPropagator())) undo.push(() => propagation.disable());
  return () => {
    for (const step of undo) step();
  };
}
