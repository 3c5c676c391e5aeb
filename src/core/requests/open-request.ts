import { serializeError } from '../errors/serialize-error.ts';
import { readProperty } from '../read-property.ts';
import type { Attributes, RequestSide, RequestStatus, SerializedError, TraceContext } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshot } from '../snapshot.ts';
import type { Span } from '../tracing/span.ts';
import type { ActiveRequest } from './active-request.ts';
import { aborted } from './outcome.ts';
import type { RequestContext } from './request.ts';
import type { BodyPolicy } from './request-policy.ts';

/** What an open request needs of the requests it belongs to. */
export interface RequestHome {
  /** Told once of each request. Never throws. */
  ended(request: OpenRequest, ending: Ending): void;
  /** Told instead of one that is not to be told of. Never throws. */
  discarded(request: OpenRequest): void;
  /** What the application gets of a request, which is found by it from then on. */
  contextOf(request: OpenRequest): RequestContext;
}

/** What is known of a request from its beginning. */
export interface RequestFacts {
  readonly requestId: string;
  readonly side: RequestSide | undefined;
  readonly method: string;
  /** As signals tell it. */
  readonly path: string;
  /** The same without its query, as it stands in names. */
  readonly place: string;
  /** Of what came in, or is told by hand. */
  readonly urlPath: string | undefined;
  readonly query: string | undefined;
  /** Of what is sent. */
  readonly urlFull: string | undefined;
  /** Where it is known from the beginning. */
  readonly route: string | undefined;
  readonly scheme: string | undefined;
  readonly protocolVersion: string | undefined;
  /** Of what came in: whom it asked for, as it stands in the request. */
  readonly host: string | undefined;
  /** Of what is sent. */
  readonly serverAddress: string | undefined;
  readonly serverPort: number | undefined;
  readonly clientAddress: string | undefined;
  /** Epoch milliseconds. */
  readonly startTime: number;
  /** On the monotonic clock. */
  readonly startedAt: number;
  readonly span: Span | undefined;
  readonly trace: TraceContext | undefined;
  /** Whether a source or an adapter saw it, which names its span and ends both. */
  readonly isObserved: boolean;
  /** Whether its id is to be told to whoever asked, and to whoever is asked. */
  readonly isCorrelated: boolean;
  readonly isLogged: boolean;
  readonly isMeasured: boolean;
  readonly bodies: BodyPolicy | undefined;
  /** Tells of how much has come and gone over its connection. */
  readonly progress: ((raw: object) => number) | undefined;
  /** What it is to the host, until it has ended: what outlives it shall not keep a connection in memory. */
  raw: object | undefined;
}

/** What becomes known of a request before its end. */
export interface Told {
  readonly route?: string | undefined;
  /** Those of the route, by name: they come on top of what the application gave. */
  readonly params?: unknown;
  readonly attributes?: unknown;
  readonly requestData?: unknown;
  readonly data?: unknown;
  readonly status?: RequestStatus | undefined;
}

/** How a request ended. */
export interface Ending {
  readonly statusCode?: number | undefined;
  readonly status?: RequestStatus | undefined;
  /** Measured when left out. */
  readonly duration?: number | undefined;
  /** Why there is no whole response: one of few words. */
  readonly errorType?: string | undefined;
  /** Says it in a sentence. */
  readonly message?: string | undefined;
  /** What it failed with. */
  readonly failure?: { readonly error: unknown } | undefined;
  /** A header of the response, by lower-case name. */
  readonly header?: ((name: string) => unknown) | undefined;
}

/** A request until it is answered. No method throws. */
export class OpenRequest implements ActiveRequest {
  /** What is known from the beginning. Kept, not copied: it has many fields, and there is one for every request. */
  readonly facts: RequestFacts;
  readonly #home: RequestHome;
  #context: RequestContext | undefined = undefined;
  #params: unknown = undefined;
  #routeParams: unknown = undefined;
  #thrown: SerializedError | undefined = undefined;
  #failure: Ending['failure'] = undefined;
  /** How much had come and gone over its connection when that was last looked at. */
  #progressed: number | undefined = undefined;
  /** When it was last seen to go on, on the monotonic clock. */
  seenAt: number;
  isEnded = false;
  /** Whether the application has told of it by hand: what it tells of next is another one. */
  isAdopted = false;
  route: string | undefined;
  /** What the application adds to its response. */
  attributes: Attributes | undefined = undefined;
  requestData: unknown = undefined;
  data: unknown = undefined;
  status: RequestStatus | undefined = undefined;

  constructor(home: RequestHome, facts: RequestFacts) {
    this.#home = home;
    this.facts = facts;
    this.route = facts.route;
    this.seenAt = facts.startedAt;
  }

  get requestId(): string {
    return this.facts.requestId;
  }

  get side(): RequestSide | undefined {
    return this.facts.side;
  }

  get span(): Span | undefined {
    return this.facts.span;
  }

  /** What of its bodies is wanted. `undefined`: nothing. */
  get bodies(): BodyPolicy | undefined {
    return this.facts.bodies;
  }

  get isCorrelated(): boolean {
    return this.facts.isCorrelated;
  }

  get trace(): TraceContext | undefined {
    const { span, trace } = this.facts;
    return span?.recording === true ? span.trace : trace;
  }

  /** Made when it is asked for: of most requests nobody asks. */
  get context(): RequestContext {
    return (this.#context ??= this.#home.contextOf(this));
  }

  /** `GET /orders/:id`, or the path where no route is known. */
  get name(): string {
    return `${this.facts.method} ${this.route ?? this.facts.place}`;
  }

  /** The parameters it was given, and those of its route. A function gives them now, once. */
  get params(): unknown {
    if (typeof this.#params === 'function') this.#params = snapshot(called(this.#params as () => unknown));
    const [given, route] = [this.#params, this.#routeParams];
    if (route === undefined) return given;
    return isRecord(given) && isRecord(route) ? { ...given, ...route } : route;
  }

  /** Of the application. A copy, unless a function is to give them when they are wanted. */
  giveParams(params: unknown): void {
    if (this.isEnded || params === undefined) return;
    this.#params = typeof params === 'function' ? params : snapshot(params);
  }

  tell({ route, params, attributes, requestData, data, status }: Told): void {
    if (this.isEnded) return;
    if (route !== undefined) this.route = route;
    // Of the last route: one may have passed the request on to another.
    if (params !== undefined) this.#routeParams = snapshot(params);
    if (attributes !== undefined) this.attributes = snapshotAttributes(attributes, this.attributes);
    if (requestData !== undefined) this.requestData = requestData;
    if (data !== undefined) this.data = data;
    if (status !== undefined) this.status = status;
  }

  /** What a handler threw. How the request ends is up to whoever answers it. */
  threw(error: unknown): void {
    if (this.isEnded || this.#thrown !== undefined) return;
    // Now: the application may change it.
    this.#thrown = serializeError(error);
    this.#failure = { error };
    this.span?.recordException(error);
  }

  /** What was thrown, and what it was then. */
  get thrown(): SerializedError | undefined {
    return this.#thrown;
  }

  /** What was thrown, as it is, until the request has ended. */
  get failure(): Ending['failure'] {
    return this.#failure;
  }

  /** Whether more has come or gone over its connection since this was last asked. */
  hasGoneOn(): boolean {
    const [before, now] = [this.#progressed, this.#progress()];
    this.#progressed = now;
    return before !== undefined && now !== before;
  }

  answered(statusCode: number, header?: (name: string) => unknown): void {
    this.end({ statusCode, header });
  }

  /** Its connection ended before its answer did. `statusCode` when the answer had begun. */
  aborted(statusCode: number | undefined): void {
    this.end({ statusCode, errorType: aborted, message: 'the connection ended before the answer did' });
  }

  /** The same, but the client had not gone: a handler that fails when its answer has begun can only cut it off. */
  cutOff(statusCode: number | undefined, error: unknown): void {
    const { thrown } = this;
    if (thrown !== undefined) this.end({ statusCode, errorType: thrown.type, message: thrown.message });
    else if (error !== undefined && error !== null) this.failed(error, statusCode);
    else this.aborted(statusCode);
  }

  /** It failed with this error. `statusCode` when its answer had begun. */
  failed(error: unknown, statusCode?: number): void {
    const { type, message } = serializeError(error);
    // Of codes there are few, and they say more than `Error` or `TypeError`. An abort goes by its name, as in browsers.
    const code = type === 'AbortError' ? undefined : readProperty(Object(error), 'code');
    this.end({ statusCode, errorType: typeof code === 'string' ? code : type, message, failure: { error } });
  }

  end(ending: Ending): void {
    if (this.isEnded) return;
    // First: who hears of it may answer once more.
    this.isEnded = true;
    this.#home.ended(this, ending);
    this.#letGo();
  }

  /** Leaves its end untold, and its span with it: for what turns out to be the SDK's own before anything was said of it. */
  discard(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.#home.discarded(this);
    this.#letGo();
  }

  /** The application may keep its context for long. */
  #letGo(): void {
    this.facts.raw = undefined;
    this.#failure = undefined;
  }

  #progress(): number {
    const { progress, raw } = this.facts;
    return progress === undefined || raw === undefined ? 0 : progress(raw);
  }
}

function called(params: () => unknown): unknown {
  try {
    const given = params();
    // Of an asynchronous function nobody else sees the failure: it would end the process.
    if (given instanceof Promise) given.catch(() => undefined);
    return given;
  } catch {
    return '[unreadable]';
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
