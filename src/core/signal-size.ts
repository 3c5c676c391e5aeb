import type { BaseSignal, RequestSignal, ResponseSignal, Signal, SpanSignal, TraceContext } from './signal.ts';

const objectBytes = 40;
const fieldBytes = 8;
/** A field whose value is no text and no object. */
const plainField = 2 * fieldBytes;
/** Values looked at. What the pipeline made is smaller; a user's operator may add anything. */
const maxNodes = 5_000;

/**
 * About how many bytes a signal holds in memory. Cheap, and rather too much than too little: a character counts as two bytes,
 * though engines keep Latin text in one. `asMade`: it has exactly the fields of its kind, so that they need not be looked for.
 * Never throws.
 */
export function estimateSize(signal: Signal, asMade: boolean = false): number {
  if (asMade) {
    switch (signal.kind) {
      case 'span':
        return baseBytes(signal) + spanBytes(signal);
      case 'request':
        return baseBytes(signal) + requestBytes(signal);
      case 'response':
        return baseBytes(signal) + requestBytes(signal) + responseBytes(signal);
      case 'profile':
        return baseBytes(signal) + 2 * plainField;
      case 'metric':
        return baseBytes(signal) + plainField + textField(signal.unit) + textField(signal.instrument);
      case 'log':
        if (signal.context === undefined) return baseBytes(signal) + textField(signal.eventId) + textField(signal.message) + textField(signal.level) + 2 * plainField;
        break;
      default:
    }
  }
  return new Estimate().of(signal);
}

function baseBytes({ kind, name, attributes, trace, requestId, sessionId }: BaseSignal & { readonly kind: string }): number {
  const texts = textField(kind) + textField(name) + textField(requestId) + textField(sessionId);
  return objectBytes + texts + plainField + fieldBytes + fieldsBytes(attributes) + traceField(trace);
}

function spanBytes({ parentSpanId, spanKind, status, events, links, scope }: SpanSignal): number {
  let bytes = textField(parentSpanId) + textField(spanKind) + 2 * plainField;
  bytes += fieldBytes + objectBytes + textField(status.code) + textField(status.message);
  bytes += fieldBytes + objectBytes;
  for (const { name, attributes } of events) bytes += fieldBytes + objectBytes + textField(name) + plainField + fieldBytes + fieldsBytes(attributes);
  bytes += fieldBytes + objectBytes;
  for (const link of links) bytes += traceField(link);
  return bytes + fieldBytes + (scope === undefined ? fieldBytes : objectBytes + textField(scope.name) + textField(scope.version));
}

function requestBytes({ side, method, path, params, headers }: RequestSignal | ResponseSignal): number {
  return textField(side) + textField(method) + textField(path) + anyField(params) + (headers === undefined ? plainField : fieldBytes + fieldsBytes(headers));
}

function responseBytes({ status, requestData, data, error }: ResponseSignal): number {
  return textField(status) + 2 * plainField + anyField(requestData) + anyField(data) + anyField(error);
}

function fieldsBytes(fields: Readonly<Record<string, unknown>>): number {
  let bytes = objectBytes;
  for (const key in fields) bytes += anyField(fields[key]);
  return bytes;
}

/** A field with anything in it. */
function anyField(value: unknown): number {
  return typeof value === 'object' && value !== null ? fieldBytes + new Estimate().of(value) : textField(value);
}

/** `traceId`, `spanId`, `sampled`, `traceState`. */
function traceField(trace: TraceContext | undefined): number {
  if (trace === undefined) return plainField;
  return fieldBytes + objectBytes + textField(trace.traceId) + textField(trace.spanId) + plainField + textField(trace.traceState);
}

/** A field with a text in it, or with something smaller. */
function textField(value: unknown): number {
  return typeof value === 'string' ? fieldBytes + sizeOfText(value.length) : plainField;
}

function sizeOfText(length: number): number {
  return 16 + 2 * length;
}

class Estimate {
  #nodes = maxNodes;

  of(value: unknown): number {
    if (typeof value === 'string') return sizeOfText(value.length);
    if (typeof value !== 'object' || value === null) return fieldBytes;
    let bytes = objectBytes;
    try {
      for (const key in value) {
        this.#nodes -= 1;
        if (this.#nodes < 0) break;
        bytes += fieldBytes + this.of((value as Record<string, unknown>)[key]);
      }
    } catch {
      return bytes; // A live object of a user's operator, or one nested without end. The rest of it is not counted.
    }
    return bytes;
  }
}
