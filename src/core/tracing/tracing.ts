import { context, propagation as globalPropagation, trace } from '@opentelemetry/api';
import type { Environment } from '../environment.ts';
import { isTraceSampled } from '../operators/sample-traces.ts';
import { createPropagation } from '../propagation/propagation.ts';
import type { Propagation } from '../propagation/propagation.ts';
import { createTargets } from '../propagation/targets.ts';
import type { Settings } from '../config/settings.ts';
import type { Runtime } from '../runtime.ts';
import type { TraceContext } from '../signal.ts';
import { snapshotText } from '../snapshot.ts';
import { isRegistryForeign } from './api-copies.ts';
import { createCurrentContext } from './current-context.ts';
import type { CurrentContext } from './current-context.ts';
import { createHostSpans } from './host-spans.ts';
import type { HostSpans } from './host-spans.ts';
import { createTextMapPropagator } from './open-telemetry-propagator.ts';
import { createTracerProvider } from './open-telemetry-provider.ts';
import type { Scope, SpanHome } from './recording-span.ts';
import type { SourceTracing } from './source-tracing.ts';
import { createSpanStarter } from './start-span.ts';
import { traceFunctionWith } from './trace-function.ts';
import { createSourceTracing } from './trace-sources.ts';
import { createTwiceTraced } from './twice-traced.ts';
import type { TwiceTraced } from './twice-traced.ts';
import type { Tracer, TracingManager } from './tracing-manager.ts';
import { VERSION } from '../version.ts';

/** The tracing of one manager. */
export interface Tracing {
  readonly manager: TracingManager;
  /** What sources trace with. */
  readonly sources: SourceTracing;
  /** For `streamSpanProcessor`. */
  readonly hostSpans: HostSpans;
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

/** Of spans started without `getTracer`, by the application or by a source. */
const ours: Scope = Object.freeze({ name: '@arkhe/observability', version: VERSION });

/** What tracing needs of a host. */
export type TracingEnvironment = Pick<Environment, 'createContextManager' | 'ownOrigin'>;

export function createTracing(runtime: Runtime, environment: TracingEnvironment): Tracing {
  const { clock, diagnostics, storage } = runtime;
  const thrown = new WeakMap<object, ErrorOrigin>();
  let unregister: (() => void) | undefined;

  const home: SpanHome = {
    clock,
    own: new WeakSet(),
    baggage: new WeakMap(),
    emit: (signal) => runtime.emit(signal),
    run: (span, callback) => current.run(span, callback),
    ignored: (what) => diagnostics.ignored('span', what),
    startSpanUnder: (span) => spans.startSpanOf(span.scope, span),
    threw(error, span) {
      if (typeof error !== 'object' || error === null) return;
      const { trace, request } = span;
      // The innermost span is where it was thrown; those around only saw it pass. In another trace it was thrown once more.
      if (thrown.get(error)?.trace.traceId !== trace.traceId) thrown.set(error, { trace, requestId: request?.requestId });
    },
  };
  const twice = createTwiceTraced(diagnostics);
  const hostSpans = createHostSpans(runtime, twice);
  const current = createCurrentContext(runtime, home, hostSpans);
  const spans = createSpanStarter(runtime, home, current);
  const startSpan = spans.startSpanOf(ours);
  const propagation = inForce(runtime, ({ tracing: { propagators }, sampling }) =>
    createPropagation({
      propagators,
      isSampled: (traceId) => isTraceSampled(traceId, sampling.rate),
      ignored: (what) => diagnostics.ignored('propagation', what),
    }),
  );
  const targets = inForce(runtime, ({ tracing: { propagateTo } }) => createTargets(propagateTo, environment.ownOrigin));

  return {
    hostSpans,
    sources: createSourceTracing({ runtime, home, current, scope: ours, propagation, targets, twice }),
    currentTrace: () => current.parentAt(current.place())?.trace,
    traceOf: (error) => (typeof error === 'object' && error !== null ? thrown.get(error) : undefined),
    tracer(name, version) {
      const scoped = spans.startSpanOf(Object.freeze({ name: snapshotText(name, 256), version }));
      return { startSpan: scoped, traceFunction: traceFunctionWith(scoped) };
    },
    register(wanted) {
      if (wanted === (unregister !== undefined)) return;
      unregister?.();
      unregister = wanted ? serveGlobally({ runtime, home, current, environment, propagation, twice }) : undefined;
    },
    manager: {
      startSpan,
      traceFunction: traceFunctionWith(startSpan),
      activeSpan: () => storage.get()?.span,
      inject(from) {
        try {
          const place = current.place();
          const where = spans.parentOf(from, place, 'inject');
          return propagation().inject({ trace: where?.trace, baggage: where === undefined ? current.baggageAt(place) : where.baggage });
        } catch (error) {
          // A Proxy of the application, or a broken host.
          diagnostics.failed('source-failed', 'inject', error);
          return {};
        }
      },
      extract(headers) {
        const { trace, baggage } = propagation().extract(headers);
        if (trace !== undefined && baggage !== undefined) home.baggage.set(trace, baggage);
        return trace;
      },
    },
  };
}

/** What is made of the settings, made anew when they change. */
function inForce<T>(runtime: Runtime, make: (settings: Settings) => T): () => T {
  let of: Settings | undefined;
  let made: T;
  return () => {
    if (of !== runtime.settings) [of, made] = [runtime.settings, make(runtime.settings)];
    return made;
  };
}

interface GlobalServing {
  readonly runtime: Runtime;
  readonly home: SpanHome;
  readonly current: CurrentContext;
  readonly environment: TracingEnvironment;
  readonly propagation: () => Propagation;
  readonly twice: TwiceTraced;
}

/** Serves what no other SDK has registered; the result takes back exactly that. */
function serveGlobally({ runtime, home, current, environment, propagation, twice }: GlobalServing): () => void {
  const undo: (() => void)[] = [];
  if (trace.setGlobalTracerProvider(createTracerProvider(runtime, home, twice))) undo.push(() => trace.disable());
  else if (!isRegistryForeign()) {
    const advice = 'a tracer provider is registered already, and stays: add streamSpanProcessor() to its span processors to have its spans on this stream';
    runtime.diagnostics.ignored('open-telemetry', advice);
  }
  if (context.setGlobalContextManager(environment.createContextManager(current.carrier))) {
    current.carries = true;
    undo.push(() => {
      context.disable();
      current.carries = false;
    });
  }
  if (globalPropagation.setGlobalPropagator(createTextMapPropagator(propagation))) undo.push(() => globalPropagation.disable());
  return () => {
    for (const step of undo) step();
  };
}
