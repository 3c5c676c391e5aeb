import type { Sink } from '../../src/core/sink.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Attributes, Signal } from '../../src/core/signal.ts';
import type { CreateTransport, HttpRequest, HttpResponse } from '../../src/core/transport.ts';

/** What a sink's factory takes of a host, with requests that are kept instead of sent. */
export interface RecordedHttp {
  readonly host: { readonly clock: Clock; readonly createTransport: CreateTransport; readonly language: 'nodejs' };
  readonly requests: readonly HttpRequest[];
  /** What the sink said. */
  readonly warnings: readonly string[];
  /** How many transports are closed. */
  readonly closed: () => number;
  /** Tells the sink its resource, and writes. */
  write(sink: Sink, signals: readonly Signal[], resource?: Attributes): Promise<{ readonly rejected?: number | undefined } | undefined>;
}

export interface RecordedHttpOptions {
  readonly maxBodyBytes?: number;
  /** What the receiver says to a request. Default: 202. */
  readonly answer?: () => Partial<HttpResponse>;
}

export function recordedHttp({ maxBodyBytes = 4_000_000, answer = () => ({}) }: RecordedHttpOptions = {}): RecordedHttp {
  const requests: HttpRequest[] = [];
  const warnings: string[] = [];
  let closed = 0;
  return {
    host: {
      clock: createTestClock(),
      language: 'nodejs',
      createTransport: () => ({
        maxBodyBytes,
        async send(request) {
          requests.push(request);
          return { status: 202, headers: {}, body: new Uint8Array(), handedOff: false, ...answer() };
        },
        close: () => void (closed += 1),
      }),
    },
    requests,
    warnings,
    closed: () => closed,
    async write(sink, signals, resource = {}) {
      sink.configure?.({ development: false, resource, warn: (message) => void warnings.push(message) });
      return (await sink.write(signals, { abortSignal: new AbortController().signal, leaving: false })) ?? undefined;
    },
  };
}
