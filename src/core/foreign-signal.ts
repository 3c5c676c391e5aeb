import { instrumentNamed } from './instrument.ts';
import { severityNamed, severityNumbers } from './severity.ts';
import { isSignalInput } from './signal.ts';
import type { SerializedError, SignalInput, SignalKind, SpanEvent, SpanKind, SpanSignal, SpanStatus, TraceContext } from './signal.ts';
import { snapshotAttributes } from './snapshot-attributes.ts';
import { snapshot, snapshotText } from './snapshot.ts';
import { snapshotTags } from './errors/tags.ts';
import { validTraceState } from './propagation/trace-state.ts';

type Fields = Readonly<Record<string, unknown>>;

const spanKinds: ReadonlySet<unknown> = new Set<SpanKind>(['internal', 'server', 'client', 'producer', 'consumer']);

/**
 * What a source hands in, copied, with every field as its kind has it: a collector refuses a whole batch for one identifier of the
 * wrong form. What is wrong has its default, or is `undefined` where completing the signal adds it. Anything may come in; without
 * kind and name it is no signal, and the result is `undefined`.
 * @throws TypeError for a metric without a number: any default would be a false measurement
 */
export function foreignSignal(input: unknown): SignalInput | undefined {
  const copy: unknown = snapshot(input);
  if (!isSignalInput(copy)) return undefined;
  const fields = copy as unknown as Fields;
  const { kind, name } = copy;
  const timestamp = numberOf(fields['timestamp']);
  const checked = {
    kind,
    name,
    timestamp,
    attributes: snapshotAttributes(fields['attributes']),
    requestId: textOf(fields['requestId'], undefined),
    sessionId: textOf(fields['sessionId'], undefined),
    ...checkedFields(kind, fields, timestamp ?? 0),
    // Where the field is missing, it is the trace in which the code runs.
    ...('trace' in fields && { trace: traceOf(fields['trace']) }),
  };
  return checked as unknown as SignalInput;
}

/** What only this kind has. */
function checkedFields(kind: SignalKind, fields: Fields, timestamp: number): Fields {
  const { duration, method, path, eventId, context, level } = fields;
  switch (kind) {
    case 'span':
      return { ...checkedSpan(fields, timestamp), duration: numberOf(duration) ?? 0 };
    case 'request':
      return { ...checkedExchange(fields), method: textOf(method, ''), path: textOf(path, '') };
    case 'response': {
      const { status, statusCode, requestData, data, error } = fields;
      return {
        ...checkedExchange(fields),
        method: textOf(method, ''),
        path: textOf(path, ''),
        status: status === 'error' || status === 'abandoned' ? status : 'success',
        statusCode: numberOf(statusCode),
        duration: numberOf(duration) ?? 0,
        requestData,
        data,
        error: isRecord(error) ? errorOf(error) : undefined,
      };
    }
    case 'profile':
      return { duration: numberOf(duration) ?? 0, failed: fields['failed'] === true };
    case 'error': {
      const { error, handled, breadcrumbs, mechanism, tags, user, count } = fields;
      return {
        eventId: textOf(eventId, undefined),
        error: errorOf(error),
        handled: handled !== false,
        level: severityNamed(level) ?? 'error',
        context,
        breadcrumbs: listOf(breadcrumbs),
        mechanism: textOf(mechanism, undefined),
        tags: tags === undefined ? undefined : snapshotTags(tags),
        user: user === undefined ? undefined : snapshotAttributes(user),
        count: numberOf(count),
      };
    }
    case 'log': {
      const severity = severityNamed(level) ?? 'info';
      return { eventId: textOf(eventId, undefined), message: snapshotText(fields['message']), level: severity, severityNumber: severityNumbers[severity], context };
    }
    case 'metric': {
      const { value, unit, instrument } = fields;
      if (!Number.isFinite(value)) throw new TypeError('a metric without a finite value');
      return { value, unit: textOf(unit, '1'), instrument: instrumentNamed(instrument) };
    }
  }
}

/** What a request and its response have in common, beside their names. */
function checkedExchange({ side, params, headers }: Fields): Fields {
  return {
    side: side === 'server' || side === 'client' ? side : undefined,
    params,
    headers: isRecord(headers) ? headers : undefined,
  };
}

function checkedSpan(fields: Fields, timestamp: number): Omit<Fields & Partial<SpanSignal>, 'duration'> {
  const { parentSpanId, parentIsRemote, spanKind, scope } = fields;
  return {
    parentSpanId: isHex(parentSpanId, 16) ? parentSpanId : undefined,
    parentIsRemote: parentIsRemote === true ? true : undefined,
    spanKind: spanKinds.has(spanKind) ? (spanKind as SpanKind) : 'internal',
    status: statusOf(fields['status']),
    events: listOf(fields['events']).filter(isEvent).map((event) => eventOf(event, timestamp)),
    links: listOf(fields['links']).map(traceOf).filter((trace) => trace !== undefined),
    scope: isRecord(scope) && typeof scope['name'] === 'string' ? { name: scope['name'], version: textOf(scope['version'], undefined) } : undefined,
  };
}

/** `undefined` for identifiers of the wrong form. */
function traceOf(trace: unknown): TraceContext | undefined {
  const { traceId, spanId, sampled, traceState }: Fields = isRecord(trace) ? trace : {};
  if (!isHex(traceId, 32) || !isHex(spanId, 16)) return undefined;
  return { traceId, spanId, sampled: sampled !== false, traceState: validTraceState(traceState) };
}

/** Whether a value is this many lower-case hexadecimal digits. */
function isHex(value: unknown, digits: number): value is string {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);
}

function isEvent(value: unknown): value is SpanEvent {
  return isRecord(value) && typeof value['name'] === 'string';
}

function eventOf({ name, timestamp, attributes }: SpanEvent, start: number): SpanEvent {
  return { name, timestamp: numberOf(timestamp) ?? start, attributes: snapshotAttributes(attributes) };
}

function statusOf(status: unknown): SpanStatus {
  const { code, message }: Fields = isRecord(status) ? status : {};
  const known = code === 'ok' || code === 'error' ? code : 'unset';
  return { code: known, message: textOf(message, undefined) };
}

function errorOf(error: unknown): SerializedError {
  const { type, message, stack, cause, errors }: Fields = isRecord(error) ? error : {};
  return {
    type: textOf(type, 'Error'),
    message: textOf(message, ''),
    stack: textOf(stack, undefined),
    cause: cause === undefined ? undefined : errorOf(cause),
    errors: Array.isArray(errors) ? errors.map(errorOf) : undefined,
  };
}

function textOf<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
