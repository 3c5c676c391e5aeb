import { isSignalInput } from './signal.ts';
import type { SerializedError, SignalInput, SpanEvent, SpanStatus, TraceContext } from './signal.ts';
import { snapshot } from './snapshot.ts';

/**
 * What a source hands in, copied, and with what is nested in it in the shape its kind has: a collector refuses a whole batch for
 * one identifier of the wrong form. Anything may come in; what is no signal at all is left for the stream to refuse.
 */
export function foreignSignal(input: unknown): SignalInput {
  const copy = snapshot(input) as SignalInput;
  if (!isSignalInput(copy)) return copy;
  switch (copy.kind) {
    case 'span': {
      const parentSpanId = isHex(copy.parentSpanId, 16) ? copy.parentSpanId : undefined;
      const timestamp = Number.isFinite(copy.timestamp) ? Number(copy.timestamp) : 0;
      const events = listOf(copy.events).filter(isEvent).map((event) => eventOf(event, timestamp));
      return { ...copy, parentSpanId, status: statusOf(copy.status), events, links: listOf(copy.links).filter(isTraceContext) };
    }
    case 'response':
      return { ...copy, error: isRecord(copy.error) ? errorOf(copy.error) : undefined };
    case 'error':
      return { ...copy, error: errorOf(copy.error) };
    default:
      return copy;
  }
}

/** Whether a value is this many lower-case hexadecimal digits. */
export function isHex(value: unknown, digits: number): boolean {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);
}

function isTraceContext(value: unknown): value is TraceContext {
  return isRecord(value) && isHex(value['traceId'], 32) && isHex(value['spanId'], 16);
}

function isEvent(value: unknown): value is SpanEvent {
  return isRecord(value) && typeof value['name'] === 'string';
}

function eventOf({ name, timestamp, attributes }: SpanEvent, start: number): SpanEvent {
  return { name, timestamp: Number.isFinite(timestamp) ? timestamp : start, attributes: isRecord(attributes) ? attributes : {} };
}

function statusOf(status: unknown): SpanStatus {
  const { code, message }: Partial<Record<string, unknown>> = isRecord(status) ? status : {};
  const known = code === 'ok' || code === 'error' ? code : 'unset';
  return { code: known, message: typeof message === 'string' ? message : undefined };
}

function errorOf(error: unknown): SerializedError {
  const { type, message, stack, cause, errors }: Partial<Record<string, unknown>> = isRecord(error) ? error : {};
  return {
    type: typeof type === 'string' ? type : 'Error',
    message: typeof message === 'string' ? message : '',
    stack: typeof stack === 'string' ? stack : undefined,
    cause: cause === undefined ? undefined : errorOf(cause),
    errors: Array.isArray(errors) ? errors.map(errorOf) : undefined,
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
