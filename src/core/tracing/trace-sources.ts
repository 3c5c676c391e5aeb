import type { Propagation } from '../propagation/propagation.ts';
import type { Targets } from '../propagation/targets.ts';
import type { Runtime } from '../runtime.ts';
import { beginSpan } from './begin-span.ts';
import { isSuppressed } from './current-context.ts';
import type { CurrentContext } from './current-context.ts';
import { RecordingSpan } from './recording-span.ts';
import type { Scope, SpanHome } from './recording-span.ts';
import { SilentSpan } from './silent-span.ts';
import type { SourceTracing, TracedRequest } from './source-tracing.ts';
import { traceOfParent } from './span-parent.ts';
import type { Parent } from './span-parent.ts';
import type { TwiceTraced } from './twice-traced.ts';

export interface SourceTracingSetup {
  readonly runtime: Runtime;
  readonly home: SpanHome;
  readonly current: CurrentContext;
  readonly scope: Scope;
  /** Of the settings in force. */
  readonly propagation: () => Propagation;
  readonly targets: () => Targets;
  readonly twice: TwiceTraced;
}

/** Origins that were said to get no headers; an application that calls more is told no further. */
const maxOrigins = 1_000;

/** What the sources of one manager trace with. */
export function createSourceTracing({ runtime, home, current, scope, propagation, targets, twice }: SourceTracingSetup): SourceTracing {
  const { diagnostics } = runtime;
  const skipped = new Set<string>();
  const nothing: Readonly<Record<string, string>> = Object.freeze({});

  function observes(): boolean {
    return runtime.settings.tracing.enabled && !isSuppressedHere();
  }

  function isSuppressedHere(): boolean {
    return !runtime.settings.enabled || runtime.exports.get() === true || isSuppressed(current.place());
  }

  function spanOf(request: TracedRequest | undefined): RecordingSpan | undefined {
    return request?.span instanceof RecordingSpan ? request.span : undefined;
  }

  function parentFor({ from, parent }: Parameters<SourceTracing['startSpan']>[1]): Parent | undefined {
    if (parent !== undefined) {
      const trace = traceOfParent(parent);
      return trace ? { trace, remote: !home.own.has(trace), request: undefined, baggage: home.baggage.get(trace) } : undefined;
    }
    if (from === undefined) return current.parentAt(current.place());
    return from.trace && { trace: from.trace, remote: true, request: undefined, baggage: from.baggage };
  }

  function sayOnce(url: string): void {
    const origin = originOf(url);
    if (origin === undefined || skipped.has(origin) || skipped.size >= maxOrigins) return;
    skipped.add(origin);
    diagnostics.ignored('propagateTo', `requests to ${origin} get no trace headers: tracing.propagateTo does not list it`);
  }

  return {
    observes,
    isSuppressed: isSuppressedHere,
    startSpan(name, options) {
      try {
        twice.sourceBegan();
        const { kind, attributes, from, startTime } = options;
        const parent = parentFor(options);
        const request = parent?.request;
        return beginSpan(runtime, home, { name, kind, scope, parent, request, baggage: from?.baggage, attributes, startTime });
      } catch (error) {
        // A broken host: the request goes on without its span.
        diagnostics.failed('source-failed', name, error);
        return new SilentSpan(name);
      }
    },
    extract: (headers) => propagation().extract(headers),
    allows(url) {
      const isAllowed = targets().allow(url);
      if (!isAllowed) sayOnce(url);
      return isAllowed;
    },
    headersFor(span) {
      if (!(span instanceof RecordingSpan)) return nothing;
      const baggage = current.baggageAt(current.place()) ?? span.baggage;
      return propagation().inject({ trace: span.trace, baggage });
    },
    get fields() {
      return propagation().fields;
    },
    enter: (request) => current.enter(request, spanOf(request)),
    runIn(request, callback) {
      const span = spanOf(request);
      return span === undefined ? runtime.storage.run({ ...runtime.storage.get(), request }, callback) : current.run(span, callback);
    },
    run: (span, callback) => (span instanceof RecordingSpan ? current.run(span, callback) : callback()),
    get needsRun() {
      return current.isForeign;
    },
    ignored: (source, message) => diagnostics.ignored(source, message),
  };
}

function originOf(url: string): string | undefined {
  try {
    return new URL(url).origin;
  } catch {
    return undefined;
  }
}
