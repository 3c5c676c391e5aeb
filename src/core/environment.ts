import type { ContextManager } from '@opentelemetry/api';
import type { Observable } from 'rxjs';
import type { Clock } from './clock.ts';
import type { Variables } from './config/environment-variables.ts';
import type { ContextStorage } from './context.ts';
import type { FillRandom } from './ids.ts';
import type { SeverityName } from './signal.ts';
import type { OtlpSinkFactory } from './sinks/otlp/otlp-sink-factory.ts';
import type { Source } from './source.ts';

/** Everything the core needs of a host. Only the entries know a whole one. */
export interface Environment {
  readonly clock: Clock;
  /** Environment variables; empty where there are none. Read when a manager is created. */
  readonly variables: Variables;
  /** What is instrumented without being asked. */
  readonly sources: readonly Source[];
  /** The page or process is going away: what is queued must leave now. */
  readonly leaving$: Observable<unknown>;
  readonly fillRandom: FillRandom;
  /** The console's lines. */
  readonly print: (text: string, level: SeverityName) => void;
  /** Whether the console shows colours. */
  readonly color: boolean;
  createContextStorage<T>(): ContextStorage<T>;
  /** OpenTelemetry's way to follow a context on this host, already enabled. */
  createContextManager(): ContextManager;
  /** Sends over OTLP, with the transport and the variables of this host. */
  readonly otlpSink: OtlpSinkFactory;
  /** The session of the page's visitor. */
  session(): string | undefined;
  /** Keeps the process alive, while the application waits for a flush, until the result is called. */
  keepAlive(): () => void;
}
