import type { Clock } from '../../clock.ts';
import { DeliveryError } from '../../sink.ts';
import type { WriteContext, WriteResult } from '../../sink.ts';
import type { HttpTransport } from '../../transport.ts';
import { readProperty } from '../../read-property.ts';
import { readAnswer } from './answer.ts';
import { grpcPortHint } from './endpoint.ts';
import type { OtlpEndpoint, OtlpKind } from './otlp-options.ts';

export interface PostOptions {
  readonly kind: OtlpKind;
  readonly endpoint: OtlpEndpoint;
  readonly transport: HttpTransport;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/**
 * Takes a body, and gives what sends it.
 * @throws DeliveryError at once when the body is larger than a request may be
 */
export type Post = (body: Uint8Array) => (context: WriteContext) => Promise<WriteResult | undefined>;

export function createPost({ kind, endpoint, transport, clock, warn }: PostOptions): Post {
  const { url, protocol } = endpoint;
  const headers = { ...endpoint.headers, 'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf' };
  /** A port for gRPC seldom answers in HTTP. */
  function explain(error: unknown): never {
    const hint = grpcPortHint(url);
    throw hint === '' ? error : new Error(`${String(readProperty(Object(error), 'message'))}${hint}`, { cause: error });
  }

  return (body) => {
    if (body.length > transport.maxBodyBytes) {
      const message = `${body.length} bytes of ${kind} are more than fit in a request (${transport.maxBodyBytes})`;
      throw new DeliveryError(message, { retryable: false, tooLarge: true });
    }
    return async ({ abortSignal, leaving, run }) => {
      const response = await transport.send({ url, headers, body, abortSignal, leaving, run }).catch(explain);
      const answer = readAnswer(response, endpoint, kind, clock.now());
      if (answer?.message) warn(`${kind}: ${answer.message}`);
      return answer;
    };
  };
}
