import type { SignalKind } from '../signal.ts';
import { aBoolean, aNumber, aText, isRecord, listOf, maybe, oneOf, recordOf, shapeOf } from './shape.ts';
import type { Shape } from './shape.ts';

/**
 * Of any value, because one that is none leaves out no more than itself: JSON has no NaN. It is taken away then; who reads a frame owns it.
 */
const attributes: Shape = (value) => {
  if (!isRecord(value)) return false;
  for (const [key, item] of Object.entries(value)) if (!anAttribute(item)) delete value[key];
  return true;
};

const severity = oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal');
const trace = shapeOf({ traceId: aText, spanId: aText, sampled: aBoolean, traceState: maybe(aText) });
const base = { name: aText, timestamp: aNumber, attributes, requestId: maybe(aText), sessionId: maybe(aText) };
const headers = maybe(recordOf(aText));
const asked = { ...base, trace: maybe(trace), requestId: aText, side: maybe(oneOf('server', 'client')), method: aText, path: aText, headers };

/** An error and its causes; a sender that nests without end has nested its JSON as deep already. */
export const serializedError: Shape = shapeOf({
  type: aText,
  message: aText,
  stack: maybe(aText),
  cause: maybe((value) => serializedError(value)),
  errors: maybe(listOf((value) => serializedError(value))),
});

/** The signals as their types have them. */
export const signalShapes: Readonly<Record<SignalKind, Shape>> = {
  span: shapeOf({
    ...base,
    trace,
    parentSpanId: maybe(aText),
    parentIsRemote: maybe(aBoolean),
    spanKind: oneOf('internal', 'server', 'client', 'producer', 'consumer'),
    duration: aNumber,
    status: shapeOf({ code: oneOf('unset', 'ok', 'error'), message: maybe(aText) }),
    events: listOf(shapeOf({ name: aText, timestamp: aNumber, attributes })),
    links: listOf(trace),
    scope: maybe(shapeOf({ name: aText, version: maybe(aText) })),
  }),
  request: shapeOf(asked),
  response: shapeOf({
    ...asked,
    status: oneOf('success', 'error', 'abandoned'),
    statusCode: maybe(aNumber),
    duration: aNumber,
    error: maybe(serializedError),
  }),
  profile: shapeOf({ ...base, trace: maybe(trace), duration: aNumber, failed: aBoolean }),
  error: shapeOf({
    ...base,
    trace: maybe(trace),
    eventId: aText,
    error: serializedError,
    handled: aBoolean,
    level: severity,
    breadcrumbs: listOf(shapeOf({ category: aText, message: aText, timestamp: aNumber, level: severity, attributes })),
    mechanism: maybe(aText),
    tags: maybe(recordOf(aText)),
    user: maybe(attributes),
    count: maybe(aNumber),
    recording: maybe(listOf((value) => aSignal(value))),
  }),
  log: shapeOf({ ...base, trace: maybe(trace), eventId: aText, message: aText, level: severity, severityNumber: aNumber }),
  metric: shapeOf({ ...base, trace: maybe(trace), value: aNumber, unit: aText, instrument: oneOf('counter', 'gauge', 'histogram') }),
};

/** Any signal. */
export const aSignal: Shape = (value) => {
  if (!isRecord(value)) return false;
  const { kind } = value;
  return typeof kind === 'string' && Object.hasOwn(signalShapes, kind) && signalShapes[kind as SignalKind](value);
};

function anAttribute(value: unknown): boolean {
  if (!Array.isArray(value)) return isScalar(value);
  return value.every((item) => isScalar(item) && typeof item === typeof value[0]);
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || aNumber(value);
}

