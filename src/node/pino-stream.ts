import { wrongOption } from '../core/configuration-error.ts';
import { createEchoGuard } from '../core/echo-guard.ts';
import { logIntakeOf } from '../core/log-intake.ts';
import type { ObservabilityManager } from '../core/observability.ts';
import { processWide } from '../core/process-wide.ts';
import { createContextStorage } from './context.ts';
import type { PinoWrite } from './pino/pino-write.ts';
import { createLineReader } from './pino/read-line.ts';

export interface PinoStreamOptions {
  /** Whose stream gets the lines. Default: the process-wide manager at the time of each line; without one they go nowhere. */
  readonly obs?: ObservabilityManager | undefined;
}

/** A destination of pino's: `pino(stream)`, `pino(options, stream)`, or one of the streams of `pino.multistream`. */
export interface PinoStream {
  /** What pino knows a destination by that comes without options. */
  readonly writable: true;
  /** Takes one line. Never throws. */
  write(line: string): void;
  /** `pino.multistream` ends its streams. Does nothing: the lines are on the stream already. */
  end(): void;
}

type Metadata = { -readonly [K in keyof PinoWrite]: PinoWrite[K] };

const nothingSaid: PinoWrite = { lastLevel: undefined, lastTime: undefined, lastObj: undefined, lastLogger: undefined };

/**
 * Each line pino writes is a log signal called `pino`, with the trace and the request it was logged in, as redaction, serializers and
 * formatters of pino left it: bindings and merged objects are attributes, an error is `exception.type`, `exception.message` and
 * `exception.stacktrace`, a level of the application's own is the severity at or below it, and `pino.level`. What sinks log is not told,
 * nor what a subscriber of the stream logs about a signal.
 * @throws ConfigurationError when `obs` is no manager
 */
export function pinoStream(options: PinoStreamOptions = {}): PinoStream {
  const { obs } = options ?? {};
  const given = obs === undefined ? undefined : logIntakeOf(obs);
  if (obs !== undefined && given === undefined) throw wrongOption('pinoStream.obs', 'a manager, as createObservability gives one', obs);
  const guard = createEchoGuard(createContextStorage);
  const readLine = createLineReader();

  function take(line: unknown, { lastLevel, lastTime, lastObj, lastLogger }: PinoWrite): void {
    const manager = given === undefined ? processWide().handle?.manager : undefined;
    const intake = given ?? (manager === undefined ? undefined : logIntakeOf(manager));
    if (intake === undefined || guard.echoes) return;
    const write = { lastLevel, lastTime, lastObj, lastLogger };
    guard.tell(() => intake('pino', () => readLine(String(line), write)));
  }

  const stream: PinoStream & Metadata = {
    ...nothingSaid,
    writable: true,
    write(line) {
      try {
        take(line, stream);
      } catch {
        // Of a logger that throws where its settings are read: nothing is to reach the application.
      } finally {
        // Of this line alone, and not kept in memory.
        Object.assign(stream, nothingSaid);
      }
    },
    end: () => undefined,
  };
  // What asks pino to say more of a line than is in it.
  return Object.defineProperty(stream, Symbol.for('pino.metadata'), { value: true });
}
