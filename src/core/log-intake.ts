import type { Logger } from './logger.ts';
import type { ObservabilityManager } from './observability.ts';
import type { Runtime } from './runtime.ts';
import { severityNumbers } from './severity.ts';
import type { Attributes, SeverityName } from './signal.ts';

/** What another logger of the application said. Fresh, of bounded size, and handed over. */
export interface LogEntry {
  readonly level: SeverityName;
  readonly message: string;
  readonly attributes: Attributes;
  /** Epoch milliseconds. `undefined`: now. */
  readonly timestamp: number | undefined;
}

/**
 * Puts what another logger said on the stream of a manager, under this name, with the trace and the request of where the code runs.
 * `read` is called only when the entry is wanted: not by a manager that is switched off. Never throws: what `read` throws is said on
 * `health$`.
 */
export type LogIntake = (name: string, read: () => LogEntry) => void;

/** Also of a manager that another copy of this package in the process made. */
const key: symbol = Symbol.for('@arkhe/observability/log-intake/1');

/** Makes the intake of a manager findable by its logger. */
export function attachIntake(logger: Logger, runtime: Runtime): Logger {
  Reflect.defineProperty(logger, key, { value: intakeOf(runtime) });
  return logger;
}

/** `undefined` for what is no manager of this SDK. */
export function logIntakeOf(manager: ObservabilityManager): LogIntake | undefined {
  return Reflect.get(Object(Object(manager).logger), key);
}

function intakeOf(runtime: Runtime): LogIntake {
  return (name, read) => {
    if (!runtime.settings.enabled) return;
    try {
      const { level, message, attributes, timestamp } = read();
      runtime.emit({
        kind: 'log',
        name,
        timestamp,
        attributes,
        eventId: runtime.ids.eventId(),
        message,
        level,
        severityNumber: severityNumbers[level],
        context: undefined,
      });
    } catch (error) {
      runtime.diagnostics.failed('source-failed', name, error);
    }
  };
}
