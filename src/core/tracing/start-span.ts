import { followCall } from '../follow-call.ts';
import { readProperty } from '../read-property.ts';
import type { ActiveRequest } from '../requests/active-request.ts';
import { isRequestId } from '../requests/read-request.ts';
import type { RequestContext } from '../requests/request.ts';
import type { Runtime } from '../runtime.ts';
import type { SpanKind } from '../signal.ts';
import { snapshotText } from '../snapshot.ts';
import { beginSpan } from './begin-span.ts';
import { isSuppressed } from './current-context.ts';
import type { CurrentContext, Place } from './current-context.ts';
import { RecordingSpan } from './recording-span.ts';
import type { Scope, SpanHome } from './recording-span.ts';
import { SilentSpan } from './silent-span.ts';
import { linkedTraces, traceOfParent } from './span-parent.ts';
import type { Parent } from './span-parent.ts';
import type { Span, SpanOptions, StartSpan } from './span.ts';

/** Starts the spans of one manager, by the public API. */
export interface SpanStarter {
  /** `under` wins over what the caller gives: it is the span whose `startSpan` was called. */
  startSpanOf(scope: Scope, under?: RecordingSpan): StartSpan;
  /** What the application gave as a parent; `undefined` is the span that is active at this place. */
  parentOf(given: unknown, place: Place, by: string): Parent | undefined;
}

const noOptions: SpanOptions = {};
const kinds: ReadonlySet<unknown> = new Set<SpanKind>(['internal', 'server', 'client', 'producer', 'consumer']);

export function createSpanStarter(runtime: Runtime, home: SpanHome, current: CurrentContext): SpanStarter {
  const { diagnostics } = runtime;

  function parentOf(given: unknown, place: Place, by: string): Parent | undefined {
    if (given === undefined) return current.parentAt(place);
    const trace = given instanceof RecordingSpan ? given.trace : traceOfParent(given);
    if (trace === undefined) diagnostics.ignored(by, 'a parent that is not a trace context: there is none');
    if (!trace) return undefined;
    const baggage = given instanceof RecordingSpan ? given.baggage : home.baggage.get(trace);
    return { trace, remote: !home.own.has(trace), request: requestOf(given, place), baggage };
  }

  function begin(name: string, given: SpanOptions, scope: Scope, under: RecordingSpan | undefined): Span {
    const place = current.place();
    const { attributes, kind, links, parent: givenParent, startTime } = readOptions(given);
    const parent = parentOf(under ?? givenParent, place, 'startSpan');
    const { enabled, tracing } = runtime.settings;
    if (!enabled || !tracing.enabled || isSuppressed(place)) return new SilentSpan(name, parent?.trace);
    const span = beginSpan(runtime, home, {
      name,
      kind: kinds.has(kind) ? (kind as SpanKind) : 'internal',
      scope,
      parent,
      // Without a parent it is still part of the request that is served here.
      request: parent === undefined ? place.ours?.request : parent.request,
      attributes,
      startTime: typeof startTime === 'number' && Number.isFinite(startTime) ? startTime : undefined,
    });
    if (links !== undefined) for (const trace of linkedTraces(links, traceOfParent)) span.addLink(trace);
    return span;
  }

  function runIn<T>(span: Span, run: (span: Span) => T): T {
    if (!(span instanceof RecordingSpan)) return run(span);
    return followCall(
      () => run(span),
      (failed, error) => {
        if (failed) span.fail(error);
        // The callback may have ended it itself.
        if (span.recording) span.end();
      },
      (piece) => current.run(span, piece),
    );
  }

  return {
    parentOf,
    startSpanOf:
      (scope, under) =>
      <T>(name: string, second?: SpanOptions | ((span: Span) => T), third?: (span: Span) => T): T | Span => {
        const run = typeof second === 'function' ? second : third;
        let span: Span;
        try {
          span = begin(name, typeof second === 'object' && second !== null ? second : noOptions, scope, under);
        } catch (error) {
          // A broken host: the work goes on without its span.
          diagnostics.failed('source-failed', 'startSpan', error);
          span = new SilentSpan(snapshotText(name, 256));
        }
        return run === undefined ? span : runIn(span, run);
      },
  };
}

/** Of any type. */
type Read = { readonly [K in keyof SpanOptions]: unknown };

function readOptions(given: SpanOptions): Read {
  try {
    const { attributes, kind, links, parent, startTime } = given;
    return { attributes, kind, links, parent, startTime };
  } catch {
    // A getter of the application: the others arrive all the same.
    const read = (key: keyof SpanOptions): unknown => readProperty(given, key);
    return { attributes: read('attributes'), kind: read('kind'), links: read('links'), parent: read('parent'), startTime: read('startTime') };
  }
}

/** A request, or what its parent is part of, wherever the code runs. */
function requestOf(parent: unknown, { ours }: Place): ActiveRequest | undefined {
  if (parent instanceof RecordingSpan && parent.request !== undefined) return parent.request;
  return isRequestContext(parent) ? parent : ours?.request;
}

/** Its id goes into headers: one that no header can hold would break the application's own requests. */
function isRequestContext(value: unknown): value is RequestContext {
  return typeof value === 'object' && value !== null && isRequestId(readProperty(value, 'requestId'));
}
