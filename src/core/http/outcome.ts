import type { Span } from '../tracing/span.ts';

/**
 * Says on the span of a request that was sent how it was answered; 0 is what a page is not told.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
 */
export function tellAnswer(span: Span, statusCode: number): void {
  const failed = statusCode >= 400;
  span.setAttributes({ 'http.response.status_code': statusCode || undefined, 'error.type': failed ? String(statusCode) : undefined });
  // The code explains it: no message.
  if (failed) span.setStatus({ code: 'error' });
}
