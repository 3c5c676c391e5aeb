import { serializeError } from '../errors/serialize-error.ts';
import { readProperty } from '../read-property.ts';
import type { Span } from '../tracing/span.ts';

/**
 * Says how a request was answered. `failsFrom` is the first status that is a failure: 500 for who serves, 400 for who asks; 0 is what a
 * page is not told. https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
 */
export function tellAnswer(span: Span, statusCode: number, failsFrom: 400 | 500, route?: string): void {
  const failed = statusCode >= failsFrom;
  const error = failed ? String(statusCode) : undefined;
  span.setAttributes({ 'http.response.status_code': statusCode || undefined, 'http.route': route, 'error.type': error });
  // The code explains it: no message.
  if (failed) span.setStatus({ code: 'error' });
}

/** Ends the span of a request that was answered: see `tellAnswer`. */
export function endAnswered(span: Span, statusCode: number, failsFrom: 400 | 500, route?: string): void {
  tellAnswer(span, statusCode, failsFrom, route);
  span.end();
}

/** Ends the span of a request whose connection ended before its answer did. `statusCode` when the answer had begun. */
export function endAborted(span: Span, statusCode: number | undefined, route?: string): void {
  span.setAttributes({ 'http.response.status_code': statusCode, 'http.route': route, 'error.type': 'aborted' });
  span.setStatus({ code: 'error', message: 'the connection ended before the answer did' });
  span.end();
}

/** Ends the span of a request that failed with this error. `statusCode` when its answer had begun. */
export function endFailed(span: Span, error: unknown, statusCode?: number): void {
  const { type, message } = serializeError(error);
  // Of codes there are few, and they say more than `Error` or `TypeError`. An abort goes by its name, as in browsers.
  const code = type === 'AbortError' ? undefined : readProperty(Object(error), 'code');
  span.recordException(error);
  span.setAttributes({ 'http.response.status_code': statusCode, 'error.type': typeof code === 'string' ? code : type });
  span.setStatus({ code: 'error', message });
  span.end();
}
