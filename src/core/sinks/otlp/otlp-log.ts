import { exceptionAttributes } from '../../errors/exception-attributes.ts';
import { userAttribute } from '../../errors/user-attribute.ts';
import { isHttpMethod, methodAttributes } from '../../http/http-attributes.ts';
import { splitTarget } from '../../http/server-attributes.ts';
import { responseLevel } from '../../requests/outcome.ts';
import { setField } from '../../set-field.ts';
import { severityNumbers } from '../../severity.ts';
import type { Attributes, Breadcrumb, ErrorSignal, LogSignal, RequestSignal, ResponseSignal, SerializedError, SeverityName } from '../../signal.ts';
import { anyValue } from './any-value.ts';
import type { Described, OtlpResource } from './otlp-resource.ts';
import { ownScope } from './otlp-scope.ts';
import type { OtlpScope } from './otlp-scope.ts';
import { contextOf } from './otlp-span.ts';
import type { OtlpContext } from './otlp-span.ts';
import { hrTime } from './otlp-time.ts';
import type { HrTime } from './otlp-time.ts';

/** What becomes a log record. */
export type LoggedSignal = RequestSignal | ResponseSignal | ErrorSignal | LogSignal;

/** A log record as OpenTelemetry's serialisers read one. */
export interface OtlpLog extends Described {
  readonly hrTime: HrTime;
  readonly hrTimeObserved: HrTime;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: string;
  readonly spanContext: OtlpContext | undefined;
  readonly resource: OtlpResource;
  readonly instrumentationScope: OtlpScope;
}

type Fields = Record<string, unknown>;

/** What serialised errors have in all. A user's operator may have made more of one. */
const maxStack = 65_536;

/** The log record of a signal: an event in OpenTelemetry's sense, with the attributes of its conventions where these have one. */
export function toOtlpLog(signal: LoggedSignal, resource: OtlpResource): OtlpLog {
  const attributes: Fields = {};
  put(attributes, 'session.id', signal.sessionId);
  put(attributes, 'arkhe.request_id', signal.requestId);
  const [eventName, body, level] = fill(attributes, signal);
  // The moment of an event: a response is there when it has ended.
  const time = hrTime(signal.timestamp, signal.kind === 'response' ? signal.duration : 0);
  const { severityNumber } = signal as Partial<LogSignal>;
  const record = {
    hrTime: time,
    hrTimeObserved: time,
    severityNumber: Number.isInteger(severityNumber) ? Number(severityNumber) : severityNumbers[level],
    severityText: level.toUpperCase(),
    eventName,
    body: String(body),
    attributes,
    droppedAttributesCount: 0,
    spanContext: contextOf(signal.trace),
    resource,
    instrumentationScope: ownScope,
  };
  resource.describe(record, signal.attributes);
  return record;
}

/** Adds what says something. */
function put(fields: Fields, key: string, value: unknown): void {
  if (typeof value === 'string') fields[key] = value;
  else if (says(value)) fields[key] = anyValue(value);
}

/** No parameters are none. Some receivers refuse a whole batch for an empty value. */
function says(value: unknown): boolean {
  if (typeof value !== 'object') return value !== undefined;
  for (const key in value) if (Object.hasOwn(value, key)) return true;
  // A date, an error: they say something without fields.
  return value !== null && Object.prototype.toString.call(value) !== '[object Object]' && !Array.isArray(value);
}

function fill(fields: Fields, signal: LoggedSignal): readonly [eventName: string, body: string, level: SeverityName] {
  switch (signal.kind) {
    case 'request':
      fillExchange(fields, signal);
      fillHeaders(fields, 'http.request.header.', signal.headers);
      return ['arkhe.request', signal.name, 'info'];
    case 'response': {
      const { status, statusCode, duration, headers, requestData, data, error, attributes } = signal;
      fillExchange(fields, signal);
      put(fields, 'arkhe.status', status);
      put(fields, 'http.response.status_code', statusCode);
      put(fields, 'arkhe.duration_ms', duration);
      fillHeaders(fields, 'http.response.header.', headers);
      put(fields, 'arkhe.request_data', requestData);
      put(fields, 'arkhe.data', data);
      if (status !== 'success') put(fields, 'error.type', errorTypeOf(signal));
      if (error !== undefined) fillException(fields, error);
      return ['arkhe.response', signal.name, responseLevel(status, statusCode, attributes['error.type'])];
    }
    case 'error':
      fillError(fields, signal);
      return ['exception', signal.error.message, signal.level];
    case 'log':
      fillEvent(fields, signal);
      return ['arkhe.message', signal.message, signal.level];
  }
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/. A pipeline or a job is no HTTP. */
function fillExchange(fields: Fields, { side, method, path, params }: RequestSignal | ResponseSignal): void {
  const name = String(method);
  put(fields, 'arkhe.side', side);
  put(fields, 'arkhe.params', params);
  if (side === undefined && !isHttpMethod(name)) {
    put(fields, 'arkhe.method', method);
    put(fields, 'arkhe.path', path);
    return;
  }
  const target = splitTarget(String(path));
  Object.assign(fields, methodAttributes(name));
  fields['url.path'] = target.path;
  put(fields, 'url.query', target.query);
  // Of a page's own origin a client says only the path.
  if (side === 'client' && !String(path).startsWith('/')) put(fields, 'url.full', path);
}

/** Of names in lower case. Each is a list, as the conventions want it. */
function fillHeaders(fields: Fields, prefix: string, headers: RequestSignal['headers']): void {
  for (const name in headers) {
    const value: unknown = headers[name];
    fields[prefix + name] = typeof value === 'string' ? [value] : anyValue([value]);
  }
}

/** Where the signal's own attributes do not say it. The code of a response that never ended says nothing of why. */
function errorTypeOf({ status, statusCode, error }: ResponseSignal): string {
  const code = statusCode === undefined || status === 'abandoned' ? '_OTHER' : String(statusCode);
  return error?.type ?? code;
}

/** Without what the flight recorder had: that is as large as thousands of records. Tags come first, as they must not hide what is ours. */
function fillError(fields: Fields, signal: ErrorSignal): void {
  const { error, handled, mechanism, count, tags, user, breadcrumbs } = signal;
  fillNamed(fields, tags, (name) => name);
  fillNamed(fields, user, userAttribute);
  fillException(fields, error);
  put(fields, 'arkhe.handled', handled);
  put(fields, 'arkhe.mechanism', mechanism);
  if (count !== 1) put(fields, 'arkhe.count', count);
  put(fields, 'arkhe.breadcrumbs', Array.isArray(breadcrumbs) ? breadcrumbs.map(step) : breadcrumbs);
  fillEvent(fields, signal);
}

function fillNamed(fields: Fields, given: Attributes | undefined, nameOf: (key: string) => string): void {
  for (const key in given) if (Object.hasOwn(given, key) && given[key] !== undefined) setField(fields, nameOf(key), anyValue(given[key]));
}

/** Most steps have no attributes: an empty value says nothing, and some receivers refuse it. */
function step(breadcrumb: Breadcrumb): unknown {
  if (says(breadcrumb.attributes)) return breadcrumb;
  const { category, message, timestamp, level } = breadcrumb;
  return { category, message, timestamp, level };
}

function fillEvent(fields: Fields, { eventId, context }: ErrorSignal | LogSignal): void {
  put(fields, 'log.record.uid', eventId);
  put(fields, 'arkhe.context', context);
}

function fillException(fields: Fields, error: SerializedError): void {
  const attributes = exceptionAttributes(error, maxStack);
  for (const key in attributes) put(fields, key, attributes[key]);
}
