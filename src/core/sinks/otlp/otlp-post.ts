import type { Clock } from '../../clock.ts';
import type { WriteContext, WriteResult } from '../../sink.ts';
import type { HttpTransport } from '../../transport.ts';
import { readProperty } from '../../read-property.ts';
import { expectFit } from '../http/expect-fit.ts';
import type { ReadAnswer } from './answer.ts';
import { grpcPortHint } from './endpoint.ts';
import type { OtlpEndpoint, OtlpKind } from './otlp-options.ts';

export interface PostOptions {
  readonly kind: OtlpKind;
  readonly endpoint: OtlpEndpoint;
  readonly transport: HttpTransport;
  readonly readAnswer: ReadAnswer;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/**
 * Takes a body, and gives what sends it.
 * @throws DeliveryError at once when the body is larger than a request may be
 */
export type Post = (body: Uint8Array) => (context: WriteContext) => Promise<WriteResult | undefined>;

export function createPost({ kind, endpoint, transport, readAnswer, clock, warn }: PostOptions): Post {
  const { url, protocol } = endpoint;
  // Over gRPC its transport says that.
  const type = protocol !== 'grpc' && { 'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf' };
  const headers = { ...endpoint.headers, ...type };
  /** A port for gRPC seldom answers in HTTP. */
  function explain(error: unknown): never {
    const hint = protocol === 'grpc' ? '' : grpcPortHint(url);
    throw hint === '' ? error : new Error(`${String(readProperty(Object(error), 'message'))}${hint}`, { cause: error });
  }

  return (body) => {
    expectFit(body, transport, kind);
    return async ({ abortSignal, leaving, run, timeout = endpoint.timeout }) => {
      const response = await transport.send({ url, headers, body, abortSignal, leaving, run, timeout }).catch(explain);
      const answer = readAnswer(response, endpoint, kind, clock.now());
      if (answer?.message) warn(`${kind}: ${answer.message}`);
      return answer;
    };
  };
}
