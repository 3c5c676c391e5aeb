import type { Severity } from '../severity.ts';
import type { Attributes, TraceContext } from '../signal.ts';
import type { SpanParent } from '../tracing/span.ts';
import type { HeadersInput } from '../propagation/headers.ts';

/** What may be known of a request besides its method and path. */
export interface RequestDetails {
  /** Any object, interfaces included. Copied at once, capped and redacted. */
  readonly params?: object | undefined;
  /** Copied at once, capped and redacted. The parent of a trace is not read from them: see `tracer.extract`. */
  readonly headers?: HeadersInput | undefined;
  /** Matched pattern, e.g. `/users/:id`: becomes `http.route`. */
  readonly route?: string | undefined;
  /** On the request and its span. Default: none. */
  readonly attributes?: Attributes | undefined;
  /**
   * 1 to 128 letters, digits and `_ . : / + = @ -`; anything else is replaced by a new id. Default: a valid `x-request-id` in
   * `headers`, else a new id.
   */
  readonly requestId?: string | undefined;
  /** The trace the request belongs to. Default: the active one. */
  readonly parent?: SpanParent | undefined;
}

/** A request in one object. */
export interface RequestInput extends RequestDetails {
  /** An HTTP method, or any other word: `TRAIN`. At most 64 characters. */
  readonly method: string;
  /** A path or URL, or any other name. Secrets in its query are redacted. */
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

/** How a request was answered. */
export interface ResponseInput {
  /** A word, or an HTTP status (from 500 on an error). Default: 'error' when `error` is given, else 'success'. */
  readonly status?: 'success' | 'error' | number | undefined;
  /** Milliseconds, from 0 (the Python original: seconds). Measured from the request when left out or wrong. */
  readonly duration?: number | undefined;
  /** Matched pattern. Default: that of the request. */
  readonly route?: string | undefined;
  /** What was answered: the `data` of the response. Copied at once, capped and redacted. */
  readonly responseData?: unknown;
  /** What went wrong: anything that was thrown. */
  readonly error?: unknown;
  /** On the response and the request's span. Default: none. */
  readonly attributes?: Attributes | undefined;
}

/** Options of request logging. */
export interface RequestLoggerOptions {
  /** False: no requests and responses on the stream, each counted as `disabled`. Default true, or `REQUEST_LOGGING_ENABLED`. */
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
