import { cappedText } from '../capped-text.ts';
import { responseLevel } from '../requests/outcome.ts';
import type { Attributes, Breadcrumb, ErrorSignal, LogSignal, RequestSignal, ResponseSignal, Signal, SpanSignal } from '../signal.ts';

/** What becomes a breadcrumb. */
export type TrailSignal = RequestSignal | ResponseSignal | SpanSignal | LogSignal | ErrorSignal;

/** Longest a message may be, in characters. */
const maxMessage = 256;
/** Leaves room for what says how much was cut. */
const cutAt = 228;

const none: Attributes = Object.freeze({});

/** Whether a signal of this kind becomes a breadcrumb: measurements are too many, and lead nowhere. */
export function isTrailKind(kind: Signal['kind']): boolean {
  return kind !== 'profile' && kind !== 'metric';
}

/** What is told of a signal on the way to an error: one line, at the moment when it was known, i.e. its end. */
export function breadcrumbOf(signal: TrailSignal): Breadcrumb {
  switch (signal.kind) {
    case 'request':
      return breadcrumb('http', `${exchangeText(signal)} began`, signal.timestamp, 'info', exchangeAttributes(signal));
    case 'response': {
      const { timestamp, duration, status, statusCode, attributes } = signal;
      const level = responseLevel(status, statusCode, attributes['error.type']);
      return breadcrumb('http', `${exchangeText(signal)} ${statusCode ?? status}`, timestamp + duration, level, {
        ...exchangeAttributes(signal),
        'http.response.status_code': statusCode,
        'arkhe.status': status,
        'arkhe.duration_ms': duration,
      });
    }
    case 'span': {
      const { name, timestamp, duration, spanKind, status } = signal;
      const hasFailed = status.code === 'error';
      const message = status.message === undefined ? name : `${name}: ${status.message}`;
      return breadcrumb('span', message, timestamp + duration, hasFailed ? 'error' : 'info', {
        'span.kind': spanKind,
        'otel.status_code': status.code === 'unset' ? undefined : status.code.toUpperCase(),
        'arkhe.duration_ms': duration,
      });
    }
    case 'log':
      return breadcrumb(signal.name === 'console' ? 'console' : 'log', signal.message, signal.timestamp, signal.level, none);
    case 'error': {
      const { error, timestamp, level, eventId } = signal;
      return breadcrumb('error', `${error.type}: ${error.message}`, timestamp, level, { 'log.record.uid': eventId });
    }
  }
}

/** As one that is kept: its message is no longer than others are. */
export function shortMessage(message: string): string {
  return message.length <= maxMessage ? message : cappedText(message, cutAt);
}

function breadcrumb(category: string, message: string, timestamp: number, level: Breadcrumb['level'], attributes: Attributes): Breadcrumb {
  return { category, message: shortMessage(message), timestamp, level, attributes };
}

/** Without the query, which says more of a person than of the way. */
function exchangeText({ method, path }: RequestSignal | ResponseSignal): string {
  return `${method} ${withoutQuery(path)}`;
}

function exchangeAttributes({ side, method, path }: RequestSignal | ResponseSignal): Attributes {
  const target = shortMessage(withoutQuery(path));
  return side === 'client' ? { 'http.request.method': method, 'url.full': target } : { 'http.request.method': method, 'url.path': target };
}

function withoutQuery(path: string): string {
  const end = path.search(/[?#]/);
  return end === -1 ? path : path.slice(0, end);
}
