import type { CreateTransport } from '../../transport.ts';
import type { ReadAnswer } from './answer.ts';
import { readGrpcAnswer } from './grpc-answer.ts';
import type { OtlpKind } from './otlp-options.ts';

/** What a host brings that can send over gRPC; others shall not load it. */
export interface OtlpGrpc {
  /** Of transports that answer with the status of the call among the headers, and the message as the body. */
  readonly createTransport: CreateTransport;
  readonly readAnswer: ReadAnswer;
  /**
   * Where one kind of data is sent, of the URL it would have over HTTP. A path or query of the receiver's own would be lost, which
   * `warn` is told. Default `http://localhost:4317`.
   */
  methodUrl(url: string | undefined, kind: OtlpKind, warn?: (message: string) => void): string;
}

const services: Readonly<Record<OtlpKind, string>> = {
  traces: 'trace.v1.TraceService',
  logs: 'logs.v1.LogsService',
  metrics: 'metrics.v1.MetricsService',
};

/** Of the paths that are for HTTP. */
const noPath: RegExp = /^\/*(v1\/(traces|logs|metrics)\/*)?$/;

/** OTLP over gRPC, sent by these transports. https://opentelemetry.io/docs/specs/otlp/#otlpgrpc */
export function otlpGrpc(createTransport: CreateTransport): OtlpGrpc {
  return {
    createTransport,
    readAnswer: readGrpcAnswer,
    methodUrl(url = 'http://localhost:4317', kind, warn) {
      const { origin, pathname, search } = new URL(url);
      // Not shown: it may hold a key.
      if (search !== '' || !noPath.test(pathname)) warn?.(`${origin}: gRPC has neither path nor query, that of the endpoint is not used`);
      return `${origin}/opentelemetry.proto.collector.${services[kind]}/Export`;
    },
  };
}
