import { isHex } from './foreign-signal.ts';
import type { Runtime } from './runtime.ts';
import { severityNamed, severityNumbers } from './severity.ts';
import type {
  Attributes,
  BaseSignal,
  MetricSignal,
  SerializedError,
  Signal,
  SignalInput,
  SpanKind,
  SpanStatus,
  TraceContext,
} from './signal.ts';
import { snapshotAttributes } from './snapshot-attributes.ts';
import { snapshotText } from './snapshot.ts';

/** What the stream adds to every signal. */
export interface Enrichment {
  readonly runtime: Runtime;
  readonly resource: Attributes;
  readonly sessionId: string | undefined;
}

const noError: SerializedError = { type: 'Error', message: '' };
const spanKinds: ReadonlySet<unknown> = new Set<SpanKind>(['internal', 'server', 'client', 'producer', 'consumer']);
const instruments: ReadonlySet<unknown> = new Set<MetricSignal['instrument']>(['counter', 'gauge', 'histogram']);

/**
 * The signal in its final shape, every field present and in the same order, so that engines keep one shape a kind. What a source
 * left out or got wrong has its default.
 * @throws TypeError for a metric without a number: any default would be a false measurement
 */
export function completeSignal(input: SignalInput, enrichment: Enrichment): Signal {
  const { name, timestamp, attributes, trace, requestId, sessionId } = completeBase(input, enrichment);
  const { ids } = enrichment.runtime;
  // Literals without a spread, which engines build many times faster.
  switch (input.kind) {
    case 'span': {
      const { kind, parentIsRemote } = input;
      const own = traceOf(input.trace) ?? { traceId: ids.traceId(), spanId: ids.spanId(), sampled: true };
      const parentSpanId = textOf(input.parentSpanId, undefined);
      const spanKind = spanKinds.has(input.spanKind) ? input.spanKind : 'internal';
      const status: SpanStatus = typeof input.status?.code === 'string' ? input.status : { code: 'unset', message: undefined };
      const scope = typeof input.scope?.name === 'string' ? input.scope : undefined;
      const [events, links] = [listOf(input.events), listOf(input.links)];
      const duration = from0(input.duration);
      return {
        kind, name, timestamp, attributes, trace: own, requestId, sessionId,
        parentSpanId, parentIsRemote, spanKind, duration, status, events, links, scope,
      };
    }
    case 'request': {
      const { kind, params } = input;
      const own = textOf(input.requestId, undefined) ?? ids.requestId();
      const [method, path, headers] = [textOf(input.method, ''), textOf(input.path, ''), objectOf(input.headers, undefined)];
      return { kind, name, timestamp, attributes, trace, requestId: own, sessionId, method, path, params, headers };
    }
    case 'response': {
      const { kind, data } = input;
      const own = textOf(input.requestId, undefined) ?? ids.requestId();
      const [method, path, error] = [textOf(input.method, ''), textOf(input.path, ''), objectOf(input.error, undefined)];
      const status = input.status === 'error' ? 'error' : 'success';
      const statusCode = typeof input.statusCode === 'number' ? input.statusCode : undefined;
      const duration = from0(input.duration);
      return {
        kind, name, timestamp, attributes, trace, requestId: own, sessionId,
        method, path, status, statusCode, duration, data, error,
      };
    }
    case 'profile': {
      const { kind } = input;
      const [duration, failed] = [from0(input.duration), input.failed === true];
      return { kind, name, timestamp, attributes, trace, requestId, sessionId, duration, failed };
    }
    case 'error': {
      const { kind, context } = input;
      const eventId = textOf(input.eventId, undefined) ?? ids.eventId();
      const error = objectOf(input.error, noError);
      const [handled, breadcrumbs] = [input.handled !== false, listOf(input.breadcrumbs)];
      const level = severityNamed(input.level) ?? 'error';
      return {
        kind, name, timestamp, attributes, trace, requestId, sessionId,
        eventId, error, handled, level, context, breadcrumbs,
      };
    }
    case 'log': {
      const { kind, context } = input;
      const eventId = textOf(input.eventId, undefined) ?? ids.eventId();
      const [message, level] = [snapshotText(input.message), severityNamed(input.level) ?? 'info'];
      const severityNumber = severityNumbers[level];
      return {
        kind, name, timestamp, attributes, trace, requestId, sessionId,
        eventId, message, level, severityNumber, context,
      };
    }
    case 'metric': {
      const { kind, value } = input;
      if (!Number.isFinite(value)) throw new TypeError('a metric without a finite value');
      const instrument = instruments.has(input.instrument) ? input.instrument : 'gauge';
      const unit = textOf(input.unit, '1');
      return { kind, name, timestamp, attributes, trace, requestId, sessionId, value, unit, instrument };
    }
  }
}

function completeBase(input: SignalInput, { runtime, resource, sessionId }: Enrichment): BaseSignal {
  return {
    name: snapshotText(input.name, 256),
    timestamp: Number.isFinite(input.timestamp) ? Number(input.timestamp) : runtime.clock.now(),
    attributes: snapshotAttributes(input.attributes, resource),
    // A part that says there is none knows better than the place where the code runs now.
    trace: traceOf(input.trace) ?? ('trace' in input ? undefined : runtime.currentTrace()),
    requestId: textOf(input.requestId, undefined) ?? runtime.storage.get()?.request?.requestId,
    sessionId: textOf(input.sessionId, undefined) ?? sessionId,
  };
}

/** Exporters refuse a whole batch for one identifier of the wrong form. */
function traceOf(trace: TraceContext | undefined): TraceContext | undefined {
  if (typeof trace !== 'object' || trace === null || !isHex(trace.traceId, 32) || !isHex(trace.spanId, 16)) return undefined;
  return typeof trace.sampled === 'boolean' ? trace : { traceId: trace.traceId, spanId: trace.spanId, sampled: true };
}

function textOf<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise;
}

function listOf<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

function objectOf<T extends object, O>(value: T | undefined, otherwise: O): T | O {
  return typeof value === 'object' && value !== null ? value : otherwise;
}

function from0(duration: unknown): number {
  return typeof duration === 'number' && Number.isFinite(duration) ? Math.max(0, duration) : 0;
}
