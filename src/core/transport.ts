import type { WriteContext } from './sink.ts';

/** One POST of a sink. */
export interface HttpRequest {
  /** Absolute, without credentials. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Aborted when nobody waits for the answer any more. */
  readonly abortSignal: AbortSignal;
  /** The page or process is going away: the bytes must be on their way when `send` returns. */
  readonly leaving: boolean;
  /** Runs what is sent after an `await`, so that it is not observed: see `WriteContext`. Default: just runs it. */
  readonly run?: WriteContext['run'];
  /** How long its sender waits, in milliseconds, for receivers that are told. Default: they are not told. */
  readonly timeout?: number | undefined;
}

/** What transports read of an answer: a receiver may send without end. */
export const answerLimits = {
  /** Bytes of the body. */
  bytes: 65_536,
  /** Milliseconds from the headers to the end of the body. */
  patience: 1_000,
  headers: ['content-type', 'retry-after', 'location', 'x-sentry-rate-limits'],
} as const;

export interface HttpResponse {
  /** 0 when the browser hides it, because the receiver redirects. */
  readonly status: number;
  /** By lower-case name: those of `content-type`, `retry-after`, `location`, `x-sentry-rate-limits` that are there. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first 64 KiB, or what came in time: a receiver may send without end. */
  readonly body: Uint8Array;
  /** The browser took it and will not say whether it arrived; there is no status. */
  readonly handedOff: boolean;
}

/** Sends the requests of one sink, the way its host does it best. */
export interface HttpTransport {
  /** Longest body worth sending in one request, in bytes, before compression. */
  readonly maxBodyBytes: number;
  /**
   * Resolves with whatever the receiver answered. Rejects, with an error whose message names no credentials, when there was no
   * answer. Redirects are not followed: the headers are secrets of one receiver.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes the connections that are idle. */
  close(): void;
}

/** PEM texts, or paths of files that hold them. Node only. */
export interface TlsOptions {
  /** Authorities trusted instead of the well-known ones. Default: those Node comes with. */
  readonly ca?: string | undefined;
  /** The client's own certificate. Default: none. */
  readonly cert?: string | undefined;
  /** Its private key, without a passphrase. Default: none. */
  readonly key?: string | undefined;
}

export interface TransportSettings {
  readonly compression: 'gzip' | 'none';
  readonly tls?: TlsOptions | undefined;
}

/** What each host brings. @throws ConfigurationError for settings this host cannot serve, or files it cannot read */
export type CreateTransport = (settings: TransportSettings) => HttpTransport;
