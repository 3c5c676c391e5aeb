import type { Ignore } from '../http/ignore.ts';
import type { Severity } from '../severity.ts';
import type { Attributes, RequestSide, TraceContext } from '../signal.ts';
import type { SpanParent } from '../tracing/span.ts';
import type { HeadersInput } from '../propagation/headers.ts';

/** What may be known of a request besides its method and path. */
export interface RequestDetails {
  /**
   * Any object, interfaces included. Copied at once, capped and redacted. Of a function it is what that gives: it is called once, and
   * only when a signal with them is written.
   */
  readonly params?: object | undefined;
  /**
   * Those that `requestLogging.headers` lists are copied at once, capped and redacted. The parent of a trace is not read from them: see
   * `tracer.extract`.
   */
  readonly headers?: HeadersInput | undefined;
  /** Matched pattern, e.g. `/users/:id`: becomes `http.route`. */
  readonly route?: string | undefined;
  /** On the request and its span. Default: none. */
  readonly attributes?: Attributes | undefined;
  /**
   * 1 to 128 letters, digits and `_ . : / + = @ -`, unless they look like a secret; anything else is replaced. Default: a valid `x-request-id` in `headers`, else the
   * id of the request it is nested in (`parent`, or the active one), else a new id.
   */
  readonly requestId?: string | undefined;
  /**
   * The trace the request belongs to; of a `RequestContext` also the request it is nested in, whose id it then has. Default: what is
   * active.
   */
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

/** A request, as `requestLogging.ignore` sees it. */
export interface LoggedRequest {
  readonly method: string;
  /** Without the query; of a client the path of the address. */
  readonly path: string;
  /** Who tells of it. `undefined` for what is no HTTP. */
  readonly side: RequestSide | undefined;
}

/** Which bodies are logged, of requests that are observed by themselves. */
export interface BodyLoggingOptions {
  /** Media types, `*` for any part. Default: JSON, forms in a URL's encoding, and plain text. */
  readonly contentTypes?: readonly string[] | undefined;
  /** What is larger is left out, in bytes; what is compressed, too. Default 8,192. */
  readonly maxBytes?: number | undefined;
  /** The share of requests whose bodies are logged, 0 to 1. Default 1. */
  readonly rate?: number | undefined;
}

/** Options of request logging: what is logged. Everything of it is redacted. */
export interface RequestLoggerOptions {
  /**
   * False: no requests and responses on the stream, no durations measured, and no ids told to whoever asked or is asked. Those that the
   * application tells by hand are counted as `disabled`. Default true, or `REQUEST_LOGGING_ENABLED`.
   */
  readonly enabled?: boolean | undefined;
  /** Lowest level written: requests and successful responses are `info`, 4xx `warn`, failures `error`. In any case. Default 'info'. */
  readonly logLevel?: Severity | undefined;
  /** Names of the headers that are logged, of requests and responses. Default: accept, content-encoding, -length, -type, user-agent. */
  readonly headers?: readonly string[] | undefined;
  /**
   * Bodies, of requests that are observed by themselves: those that are whole, small and of a known type. Nothing is delayed for it, and
   * nothing larger is kept. Default false.
   */
  readonly bodies?: boolean | BodyLoggingOptions | undefined;
  /**
   * `client.address` of requests that came in: `true` for the address the connection comes from, or the name of the header in which your
   * proxy says it. Default false.
   */
  readonly clientAddress?: boolean | string | undefined;
  /**
   * Requests that are not logged and not counted: paths, with everything below them (`/health` is also `/health/live`), patterns for
   * the path (`/\.(css|js|png)$/`), or a function. They keep their span and their id. Default: none.
   */
  readonly ignore?: Ignore<LoggedRequest> | undefined;
  /**
   * After how many milliseconds without an answer, or without anything new of one that has begun, a request ends as `abandoned`.
   * Default 300,000.
   */
  readonly deadline?: number | undefined;
  /** Most requests that wait for their answer: one more ends the oldest as `abandoned`. Default 10,000. */
  readonly maxOpen?: number | undefined;
  /**
   * Whether requests that are sent (`fetch` and the like) are logged as those that come in. Their durations are measured in any case.
   * Default: true in a page, false in Node.
   */
  readonly outgoing?: boolean | undefined;
}

/** Logs requests and their responses. No method throws. */
export interface RequestLogger {
  logRequest(request: RequestInput): RequestContext;
  logRequest(method: string, path: string, details?: RequestDetails): RequestContext;
  /** Answers a request. A second answer, and one to a request nobody knows of, is ignored, and counted on `health$`. */
  logResponse(context: RequestContext, response: ResponseInput): void;
  /** The request being served here, if any. */
  current(): RequestContext | undefined;
}
