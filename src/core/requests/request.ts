import type { Severity } from '../severity.ts';
import type { Attributes, TraceContext } from '../signal.ts';
import type { SpanParent } from '../tracing/span.ts';
import type { HeadersInput } from '../tracing/trace-headers.ts';

export interface RequestDetails {
  /** Any object, interfaces included. Copied at once, capped and redacted. */
  readonly params?: object | undefined;
  readonly headers?: HeadersInput | undefined;
  /** Matched pattern, e.g. `/users/:id`: becomes `http.route`. */
  readonly route?: string | undefined;
  readonly attributes?: Attributes | undefined;
  /** Default: a valid `x-request-id` in `headers`, else a new id. */
  readonly requestId?: string | undefined;
  /** The trace the request belongs to. Default: the active one. */
  readonly parent?: SpanParent | undefined;
}

export interface RequestInput extends RequestDetails {
  readonly method: string;
  readonly path: string;
}

/** Correlates a request with its response and with everything in between. Plain data. */
export interface RequestContext {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** Epoch milliseconds. */
  readonly startTime: number;
  readonly trace?: TraceContext | undefined;
}

export interface ResponseInput {
  /** A word, or an HTTP status (from 500 on an error). Default: 'error' when `error` is given, else 'success'. */
  readonly status?: 'success' | 'error' | number | undefined;
  /** Milliseconds (the Python original: seconds). Measured from the request when left out. */
  readonly duration?: number | undefined;
  readonly route?: string | undefined;
  readonly responseData?: unknown;
  readonly error?: unknown;
  readonly attributes?: Attributes | undefined;
}

export interface RequestLoggerOptions {
  /** Default true. */
  readonly enabled?: boolean | undefined;
  /** Lowest level written: requests and successful responses are `info`, 4xx `warn`, failures `error`. Default 'info'. */
  readonly logLevel?: Severity | undefined;
}

/** Logs requests and their responses. No method throws. */
export interface RequestLogger {
  logRequest(request: RequestInput): RequestContext;
  logRequest(method: string, path: string, details?: RequestDetails): RequestContext;
  /** Answers a request. The second answer to one request is ignored, and said once on `health$`. */
  logResponse(context: RequestContext, response: ResponseInput): void;
  /** The request being served here, if any. */
  current(): RequestContext | undefined;
}
