import type { HeadersInput } from '../propagation/headers.ts';
import type { RequestUrl } from '../http/http-attributes.ts';
import type { OpenRequest } from './open-request.ts';

/** A request that comes in, as far as a source or an adapter knows it. */
export interface ArrivingRequest {
  readonly method: string;
  /** As it stands in the request: a path with its query, a whole URL, or `*`. */
  readonly target: string;
  readonly scheme: string | undefined;
  /** Of the header `Host`, or of `:authority`. */
  readonly host: string | undefined;
  readonly protocolVersion: string | undefined;
  readonly headers: HeadersInput;
  /** One of the headers, by lower-case name: a text, or a list of them. */
  readonly header: (name: string) => unknown;
  /** Tells where the connection comes from; asked only when somebody wants to know. */
  readonly addressOf?: ((raw: object) => string | undefined) | undefined;
  /** Tells of how much has come and gone over the connection: while that goes on, the request is not given up. */
  readonly progress?: ((raw: object) => number) | undefined;
  /** What it is to the host, so that an adapter finds it again. */
  readonly raw?: object | undefined;
}

/** A request that is sent. */
export interface SentRequest {
  readonly method: string;
  readonly url: RequestUrl;
  /** Whether it goes to the page's own origin, so that its path says it all. */
  readonly isOwnOrigin?: boolean | undefined;
  /** One of the headers the application gave, by lower-case name. */
  readonly header?: ((name: string) => unknown) | undefined;
  /** See `ArrivingRequest`. */
  readonly progress?: ((raw: object) => number) | undefined;
  readonly raw?: object | undefined;
}

/**
 * What sources and adapters observe requests with: the span, the request and the response signal, the measured duration and the
 * correlation of each are made here. No method throws.
 */
export interface SourceRequests {
  /** False where nothing is to be seen: all is switched off, a sink is at work, or the host's OpenTelemetry says so. */
  observes(): boolean;
  /** Opens a request that comes in. Not active yet: see `enter` and `run`. `undefined` where nothing is to be seen. */
  serve(arriving: ArrivingRequest): OpenRequest | undefined;
  /** Opens a request that is sent, as part of what is active. */
  send(sent: SentRequest): OpenRequest | undefined;
  /**
   * What a request that is sent is to carry, by lower-case name: its trace and its id, when the receiver is among those that get them,
   * else nothing.
   */
  headersFor(request: OpenRequest, url: string): Readonly<Record<string, string>>;
  /**
   * From here on, in this call and in everything it awaits or calls back, this request is active: of what came in before on the same
   * connection nothing is left. `undefined`: nothing is active. Only where the host follows asynchronous calls.
   */
  enter(request: OpenRequest | undefined): void;
  /** Runs `callback` with this request active, for OpenTelemetry too. */
  run<T>(request: OpenRequest, callback: () => T): T;
  /** The request that is active here, if it was seen to come in, has not ended, and asks for this. */
  active(method: string, target: string): OpenRequest | undefined;
}
