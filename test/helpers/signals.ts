import type {
  ErrorSignal,
  LogSignal,
  MetricSignal,
  ProfileSignal,
  RequestSignal,
  ResponseSignal,
  SpanSignal,
  TraceContext,
} from '../../src/core/signal.ts';

// Every builder gives the full final shape, optional fields included, as the SDK's own sources do.

/** A trace whose id ends with this number, in hexadecimal. */
export function traceOf(number: number, spanId = '00f067aa0ba902b7'): TraceContext {
  return { traceId: `4bf92f35${number.toString(16).padStart(24, '0')}`, spanId, sampled: true };
}

const base = { timestamp: 1_700_000_000_000, attributes: {}, trace: undefined, requestId: undefined, sessionId: undefined };

export function spanSignal(fields: Partial<SpanSignal> = {}): SpanSignal {
  return {
    ...base,
    kind: 'span',
    name: 'work',
    trace: traceOf(1),
    parentSpanId: undefined,
    parentIsRemote: undefined,
    spanKind: 'internal',
    duration: 10,
    status: { code: 'unset', message: undefined },
    events: [],
    links: [],
    scope: undefined,
    ...fields,
  };
}

export function requestSignal(fields: Partial<RequestSignal> = {}): RequestSignal {
  return {
    ...base,
    kind: 'request',
    name: 'GET /orders',
    requestId: 'req-1',
    side: undefined,
    method: 'GET',
    path: '/orders',
    params: undefined,
    headers: undefined,
    ...fields,
  };
}

export function responseSignal(fields: Partial<ResponseSignal> = {}): ResponseSignal {
  return {
    ...base,
    kind: 'response',
    name: 'GET /orders',
    requestId: 'req-1',
    side: undefined,
    method: 'GET',
    path: '/orders',
    status: 'success',
    statusCode: 200,
    duration: 10,
    params: undefined,
    headers: undefined,
    requestData: undefined,
    data: undefined,
    error: undefined,
    ...fields,
  };
}

export function profileSignal(fields: Partial<ProfileSignal> = {}): ProfileSignal {
  return { ...base, kind: 'profile', name: 'compute', duration: 10, failed: false, ...fields };
}

export function errorSignal(fields: Partial<ErrorSignal> = {}): ErrorSignal {
  return {
    ...base,
    kind: 'error',
    name: 'TypeError',
    eventId: '0123456789abcdef0123456789abcdef',
    error: { type: 'TypeError', message: 'x is not a function', stack: undefined, cause: undefined, errors: undefined },
    handled: true,
    level: 'error',
    context: undefined,
    breadcrumbs: [],
    mechanism: undefined,
    tags: undefined,
    user: undefined,
    count: undefined,
    recording: undefined,
    ...fields,
  };
}

export function logSignal(fields: Partial<LogSignal> = {}): LogSignal {
  return {
    ...base,
    kind: 'log',
    name: 'log',
    eventId: 'fedcba9876543210fedcba9876543210',
    message: 'order placed',
    level: 'info',
    severityNumber: 9,
    context: undefined,
    ...fields,
  };
}

export function metricSignal(fields: Partial<MetricSignal> = {}): MetricSignal {
  return { ...base, kind: 'metric', name: 'queue.length', value: 1, unit: '1', instrument: 'gauge', ...fields };
}
