import { readProperty } from '../read-property.ts';
import type { ActiveRequest } from '../requests/active-request.ts';
import type { Runtime } from '../runtime.ts';
import type { Attributes, SpanEvent, SpanKind, SpanSignal, SpanStatus } from '../signal.ts';
import { snapshotAttributes, withResource } from '../snapshot-attributes.ts';
import { snapshotText } from '../snapshot.ts';
import { fromSpanContext, OpenTelemetrySpan, toLinks } from './open-telemetry-span.ts';
import { toMilliseconds } from './open-telemetry-time.ts';
import { mergeAttributes } from './span-attributes.ts';
import type { TwiceTraced } from './twice-traced.ts';

/** Spans of a tracer provider of the host's own, which come by `streamSpanProcessor`. No method throws. */
export interface HostSpans {
  began(span: object): void;
  /** Puts it on the stream. */
  ended(span: object): void;
  /** Whether its end will be on the stream: then what begins in it has a parent there. */
  has(span: object): boolean;
}

/** Of any type, each. */
type Fields = Readonly<Record<string, unknown>>;

/** By OpenTelemetry's numbers. */
const kinds: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer'];
const statusCodes: readonly SpanStatus['code'][] = ['unset', 'ok', 'error'];

/** Most events of a span: the latest. */
const maxEvents = 128;

export function createHostSpans(runtime: Runtime, twice: TwiceTraced): HostSpans {
  const { clock, diagnostics, storage } = runtime;
  /** What they are part of. */
  const requests = new WeakMap<object, ActiveRequest | undefined>();
  /** Two processors may tell of the same one. */
  const seen = new WeakSet<object>();
  let said: { readonly resource: unknown; readonly of: Attributes; readonly more: Attributes } | undefined;

  /** What the provider says of the process beyond what every signal says here. It seldom changes. */
  function beyondOurs(resource: Fields): Attributes {
    const { resource: ours } = runtime.settings;
    if (said?.resource === resource && said.of === ours) return said.more;
    const theirs = snapshotAttributes(resource['attributes']);
    // Not what says which SDK sends: that is another one here.
    const entries = Object.entries(theirs).filter(([key]) => !Object.hasOwn(ours, key) && !key.startsWith('telemetry.'));
    const more = Object.fromEntries(entries);
    // Some are still looked up when the first spans end.
    if (resource['asyncAttributesPending'] !== true) said = { resource, of: ours, more };
    return more;
  }

  function attributesOf(span: Fields): Attributes {
    const dropped: Record<string, number> = {};
    const listed = listOf(span['events']).length;
    count(dropped, 'arkhe.attributes_dropped', span['droppedAttributesCount'], 0);
    count(dropped, 'arkhe.events_dropped', span['droppedEventsCount'], Math.max(0, listed - maxEvents));
    count(dropped, 'arkhe.links_dropped', span['droppedLinksCount'], 0);
    return withResource(mergeAttributes(dropped, snapshotAttributes(span['attributes'])), beyondOurs(Object(span['resource'])));
  }

  function eventOf(event: unknown): SpanEvent {
    const { name, time, attributes }: Fields = Object(event);
    const timestamp = toMilliseconds(time, clock) ?? clock.now();
    return { name: snapshotText(name, 256), timestamp, attributes: snapshotAttributes(attributes) };
  }

  function signalOf(span: Fields, request: ActiveRequest | undefined): SpanSignal | undefined {
    const trace = fromSpanContext(contextOf(span));
    if (trace === undefined) return undefined;
    // The second names are those of SDKs before 2.0.
    const { name, kind, startTime, duration, parentSpanContext, parentSpanId, links, instrumentationScope, instrumentationLibrary } = span;
    const parent = fromSpanContext(parentSpanContext) ?? fromSpanContext({ traceId: trace.traceId, spanId: parentSpanId, traceFlags: 0 });
    const { name: library, version }: Fields = Object(instrumentationScope ?? instrumentationLibrary);
    const { code, message }: Fields = Object(span['status']);
    const status = statusCodes[Number(code)] ?? 'unset';
    return {
      kind: 'span',
      name: snapshotText(name, 256),
      timestamp: toMilliseconds(startTime, clock) ?? clock.now(),
      attributes: attributesOf(span),
      trace,
      requestId: request?.requestId,
      sessionId: undefined,
      parentSpanId: parent?.spanId,
      parentIsRemote: parent !== undefined && readProperty(Object(parentSpanContext), 'isRemote') === true ? true : undefined,
      spanKind: kinds[Number(kind)] ?? 'internal',
      duration: millisecondsOf(duration),
      status: { code: status, message: status !== 'error' || message === undefined ? undefined : snapshotText(message) },
      events: listOf(span['events']).slice(-maxEvents).map(eventOf),
      links: toLinks(links),
      scope: typeof library === 'string' ? { name: snapshotText(library, 256), version: textOf(version) } : undefined,
    };
  }

  /** One of ours is on the stream already. */
  function isWanted(span: object): boolean {
    const { enabled, tracing } = runtime.settings;
    return enabled && tracing.enabled && !(span instanceof OpenTelemetrySpan);
  }

  function guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      // Foreign code.
      diagnostics.failed('source-failed', 'streamSpanProcessor', error);
    }
  }

  return {
    began: (span) => guarded(() => isWanted(span) && requests.set(span, storage.get()?.request)),
    ended: (span) =>
      guarded(() => {
        if (!isWanted(span) || seen.has(span)) return;
        seen.add(span);
        const signal = signalOf(span as Fields, requests.get(span));
        if (signal === undefined) diagnostics.ignored('streamSpanProcessor', 'what is not a span');
        else {
          twice.libraryBegan(signal.scope?.name ?? '');
          runtime.emit(signal);
        }
      }),
    has: (span) => requests.has(span),
  };
}

function contextOf(span: Fields): unknown {
  const { spanContext } = span;
  return typeof spanContext === 'function' ? spanContext.call(span) : undefined;
}

function count(dropped: Record<string, number>, mark: string, given: unknown, more: number): void {
  const total = more + (typeof given === 'number' && given > 0 ? given : 0);
  if (total > 0) dropped[mark] = total;
}

/** Of seconds and nanoseconds. Anything else is no number. */
function millisecondsOf(time: unknown): number {
  const [seconds, nanoseconds] = listOf(time);
  return Number(seconds) * 1_000 + Number(nanoseconds) / 1e6;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : snapshotText(value, 256);
}
