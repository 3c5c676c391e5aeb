/** The value of an attribute, as OpenTelemetry defines it. */
export type AttributeValue = string | number | boolean | readonly string[] | readonly number[] | readonly boolean[];

/** OpenTelemetry attributes. A key whose value is `undefined` is left out. */
export interface Attributes {
  readonly [key: string]: AttributeValue | undefined;
}

/** Where in which trace something happened: W3C trace context identifiers, and whether the trace is exported. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits. */
  readonly spanId: string;
  /** The decision of the trace's root, shared by all its signals in every process. */
  readonly sampled: boolean;
  /** W3C `tracestate`: what other tracing systems carry along, handed on as it came. At most 512 characters. Absent without any. */
  readonly traceState?: string | undefined;
}

/** The severities a signal carries, from the least to the gravest. */
export type SeverityName = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** What every signal has. */
export interface BaseSignal {
  /** What it is called, in at most 256 characters: a span's or a metric's name, `GET /users/:id`, the type of an error. */
  readonly name: string;
  /** When it happened, in epoch milliseconds. What has a `duration` began here and ended at `timestamp + duration`. */
  readonly timestamp: number;
  /** Its own and those of the resource, of which its own win. */
  readonly attributes: Attributes;
  /** Absent outside of any trace. */
  readonly trace?: TraceContext | undefined;
  /** The request it happened in, the same on everything of that request. Absent outside of one. */
  readonly requestId?: string | undefined;
  /** The session of the tab: 32 hexadecimal digits, kept over a reload. Only pages have one, unless a source gives it. */
  readonly sessionId?: string | undefined;
}

/** The role of a span, as OpenTelemetry defines it. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** How a span ended, as OpenTelemetry defines it. */
export interface SpanStatus {
  readonly code: 'unset' | 'ok' | 'error';
  /** Why it failed: only with `error`. */
  readonly message?: string | undefined;
}

/** Something that happened at one moment of a span. */
export interface SpanEvent {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly attributes: Attributes;
}

/** A finished span. */
export interface SpanSignal extends BaseSignal {
  readonly kind: 'span';
  readonly trace: TraceContext;
  /** 16 lower-case hexadecimal digits. Absent when the span began its trace. */
  readonly parentSpanId?: string | undefined;
  /** True when the parent is a span of another process (or of another SDK in this one): this span is then a local root. */
  readonly parentIsRemote?: boolean | undefined;
  readonly spanKind: SpanKind;
  /** Milliseconds. */
  readonly duration: number;
  readonly status: SpanStatus;
  /** Oldest first. */
  readonly events: readonly SpanEvent[];
  /** Other spans it has to do with, of any trace. */
  readonly links: readonly TraceContext[];
  /** The library that started it. */
  readonly scope?: { readonly name: string; readonly version?: string | undefined } | undefined;
}

/** Who tells of a request: the server that is asked, or the client that asks. */
export type RequestSide = 'server' | 'client';

/** How a request ended. `abandoned`: it never got its whole response, within the deadline or before the end of the manager. */
export type RequestStatus = 'success' | 'error' | 'abandoned';

/** A request began. `name` is `METHOD path`, or `METHOD route` once the route is known. */
export interface RequestSignal extends BaseSignal {
  readonly kind: 'request';
  readonly requestId: string;
  /** `undefined` for what is no HTTP: a pipeline, a job. */
  readonly side?: RequestSide | undefined;
  readonly method: string;
  /** As it was asked for, with its query; of a client the whole address, unless it is the page's own origin. */
  readonly path: string;
  /** A capped, redacted copy. */
  readonly params?: unknown;
  /** Those that `requestLogging.headers` lists, names in lower case; a capped, redacted copy. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A request ended. `status` is the outcome; `statusCode` is there when a number was given. */
export interface ResponseSignal extends BaseSignal {
  readonly kind: 'response';
  readonly requestId: string;
  /** As its request has it. */
  readonly side?: RequestSide | undefined;
  readonly method: string;
  readonly path: string;
  readonly status: RequestStatus;
  readonly statusCode?: number | undefined;
  /** Milliseconds. */
  readonly duration: number;
  /** Those of the request, and those of its route once it is known. */
  readonly params?: unknown;
  /** Of the response: those that `requestLogging.headers` lists, names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body of the request, where `requestLogging.bodies` wants it: a capped, redacted copy. */
  readonly requestData?: unknown;
  /** What was given as `responseData`, or the body of the response: a capped, redacted copy. */
  readonly data?: unknown;
  /** What was given as `error`, what a handler threw, or what the callback of `traceRequest` threw. */
  readonly error?: SerializedError | undefined;
}

/** One timed call. */
export interface ProfileSignal extends BaseSignal {
  readonly kind: 'profile';
  /** Milliseconds. */
  readonly duration: number;
  /** Whether the call threw, or its promise was rejected. */
  readonly failed: boolean;
}

/** An error as plain data, with its causes. */
export interface SerializedError {
  /** The error's name, e.g. `TypeError`; of what is not an error its `typeof`. */
  readonly type: string;
  /** At most 4,096 characters. Of one of more than 524,288 only its length: to read it would take the application's time. */
  readonly message: string;
  /** At most 16,384 characters, without the frames of this package. Absent where the message was too long to be read. */
  readonly stack?: string | undefined;
  /** At most 8 levels deep. */
  readonly cause?: SerializedError | undefined;
  /** The first 10 errors of an `AggregateError`. */
  readonly errors?: readonly SerializedError[] | undefined;
}

/** A step on the way to an error. */
export interface Breadcrumb {
  readonly category: string;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly level: SeverityName;
  readonly attributes: Attributes;
}

/** A captured exception. `name` is its type. */
export interface ErrorSignal extends BaseSignal {
  readonly kind: 'error';
  /** 32 hexadecimal digits. */
  readonly eventId: string;
  readonly error: SerializedError;
  /** False for what nothing in the application caught. */
  readonly handled: boolean;
  readonly level: SeverityName;
  /** What was given to explain it: a capped, redacted copy. */
  readonly context?: unknown;
  /** The steps before it, of its trace or of none, in a page of its session, oldest first. */
  readonly breadcrumbs: readonly Breadcrumb[];
  /** How it was noticed: `generic` when code handed it in, else what reported it, e.g. `onuncaughtexception`. */
  readonly mechanism?: string | undefined;
  /** What was given as `tags`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** What was given as `user`. */
  readonly user?: Attributes | undefined;
  /** How many identical ones it stands for: the latest of them. Default 1. */
  readonly count?: number | undefined;
  /** What the flight recorder had, where it is attached: oldest first, redacted. */
  readonly recording?: readonly Signal[] | undefined;
}

/** A message. `severityNumber` is OpenTelemetry's, 1 to 24. */
export interface LogSignal extends BaseSignal {
  readonly kind: 'log';
  /** 32 hexadecimal digits. */
  readonly eventId: string;
  readonly message: string;
  readonly level: SeverityName;
  readonly severityNumber: number;
  /** What was given to explain it: a capped, redacted copy. */
  readonly context?: unknown;
}

/** One measured number. `unit` is UCUM ('ms', 'By', '1'); `instrument` says how it adds up. */
export interface MetricSignal extends BaseSignal {
  readonly kind: 'metric';
  readonly value: number;
  readonly unit: string;
  readonly instrument: 'counter' | 'gauge' | 'histogram';
}

/** Every observation: plain data that never changes after it was emitted. `kind` tells which one it is. */
export type Signal =
  | SpanSignal
  | RequestSignal
  | ResponseSignal
  | ProfileSignal
  | ErrorSignal
  | LogSignal
  | MetricSignal;

/** The names of the kinds of signals. */
export type SignalKind = Signal['kind'];

/** The signal of a kind. */
export type SignalOf<K extends SignalKind> = Extract<Signal, { readonly kind: K }>;

type Defaulted = 'timestamp' | 'attributes' | 'trace' | 'requestId' | 'sessionId';
type Input<S> = S extends Signal
  ? Omit<S, Defaulted> & { readonly [K in Extract<keyof S, Defaulted>]?: S[K] | undefined }
  : never;

/** A signal as sources hand it in: time, attributes and correlation are filled when left out. */
export type SignalInput = Input<Signal>;

const kinds: Readonly<Record<SignalKind, true>> = {
  span: true,
  request: true,
  response: true,
  profile: true,
  error: true,
  log: true,
  metric: true,
};

/** Every kind, in the order of the union. */
export const signalKinds: readonly SignalKind[] = Object.keys(kinds) as SignalKind[];

/** Whether foreign code handed in a signal, as far as its kind and what every signal has can tell. */
export function isSignal(value: unknown): value is Signal {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const { kind, name, timestamp, attributes } = value as Partial<Signal>;
    return (
      typeof kind === 'string' &&
      Object.hasOwn(kinds, kind) &&
      typeof name === 'string' &&
      typeof timestamp === 'number' &&
      typeof attributes === 'object' &&
      attributes !== null
    );
  } catch {
    // A getter of foreign code.
    return false;
  }
}

/** Whether a source handed in a signal, as far as its kind and name can tell. */
export function isSignalInput(value: unknown): value is SignalInput {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, name } = value as Partial<SignalInput>;
  return typeof kind === 'string' && Object.hasOwn(kinds, kind) && typeof name === 'string';
}

/** Whether a signal reports a failure: a failed span, response or call, an error, a log from `error` on. */
export function hasFailed(signal: Signal): boolean {
  switch (signal.kind) {
    case 'span':
      return signal.status.code === 'error';
    case 'response':
      return signal.status !== 'success';
    case 'profile':
      return signal.failed;
    case 'error':
      return true;
    case 'log':
      return signal.severityNumber >= 17;
    default:
      return false;
  }
}
