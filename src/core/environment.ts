import type { ContextManager } from '@opentelemetry/api';
import type { Observable } from 'rxjs';
import type { Clock } from './clock.ts';
import type { Variables } from './config/environment-variables.ts';
import type { ContextCarrier, ContextStorage } from './context.ts';
import type { FillRandom } from './ids.ts';
import type { Print } from './print.ts';
import type { JaegerSinkFactory } from './sinks/jaeger/jaeger-sink-factory.ts';
import type { OtlpSinkFactory } from './sinks/otlp/otlp-sink-factory.ts';
import type { SentrySinkFactory } from './sinks/sentry/sentry-sink-factory.ts';
import type { ZipkinSinkFactory } from './sinks/zipkin/zipkin-sink-factory.ts';
import type { Source } from './source.ts';
import type { ApiCopy } from './tracing/api-copies.ts';

/** Everything the core needs of a host. Only the entries know a whole one. */
export interface Environment {
  readonly clock: Clock;
  /** Environment variables; empty where there are none. Read when a manager is created. */
  readonly variables: Variables;
  /** What is instrumented without being asked. */
  readonly sources: readonly Source[];
  /** The page or process is going away: what is queued must leave now. With `'exit'` nothing that is under way comes to its end any more. */
  readonly leaving$: Observable<unknown>;
  readonly fillRandom: FillRandom;
  /** The console's lines. */
  readonly print: Print;
  /** Whether the console shows colours. */
  readonly color: boolean;
  createContextStorage<T>(): ContextStorage<T>;
  /** OpenTelemetry's way to follow a context on this host. */
  createContextManager(carrier: ContextCarrier): ContextManager;
  /** The copies of `@opentelemetry/api` whose files are found. Absent where there are no files. */
  readonly findApiCopies?: () => readonly ApiCopy[];
  /** The origin of the page: requests to it get trace headers unasked. `undefined` where there is none. */
  readonly ownOrigin?: string | undefined;
  /** Whether requests that are sent are logged when nobody says so: they are what a page does, and only part of what a service does. */
  readonly logsOutgoing: boolean;
  /** Sends over OTLP, with the transport and the variables of this host. */
  readonly otlpSink: OtlpSinkFactory;
  /** The same for Jaeger. */
  readonly jaegerSink: JaegerSinkFactory;
  /** The same for Zipkin. */
  readonly zipkinSink: ZipkinSinkFactory;
  /** The same for Sentry. */
  readonly sentrySink: SentrySinkFactory;
  /** The session of the page's visitor. */
  session(): string | undefined;
  /** Keeps the process alive, while the application waits for a flush, until the result is called. */
  keepAlive(): () => void;
}
