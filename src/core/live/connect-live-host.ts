import type { Clock } from '../clock.ts';
import type { ContextStorage } from '../context.ts';

/** What a live connection needs of its host. */
export interface LiveHost {
  readonly clock: Clock;
  createContextStorage<T>(): ContextStorage<T>;
  /** The host's own, looked up at each call. */
  fetch(url: string, request: LiveRequest): Promise<LiveResponse>;
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** Of what `fetch` takes, what is used. */
export interface LiveRequest {
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  /** They are followed by hand: the token is for one server. */
  readonly redirect: 'manual';
}

/** Of what `fetch` gives, what is read. */
export interface LiveResponse {
  /** 0 where the host hides it, because the server redirects. */
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: LiveBody | null;
}

/** A `ReadableStream`. */
export interface LiveBody {
  getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> };
  cancel?(): Promise<void>;
}
