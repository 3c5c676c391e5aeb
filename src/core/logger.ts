import { logAttributes } from './log-attributes.ts';
import type { Runtime } from './runtime.ts';
import { severityNumbers } from './severity.ts';
import type { Attributes, SeverityName } from './signal.ts';
import { attachIntake } from './log-intake.ts';
import { snapshotText } from './snapshot.ts';

/**
 * The application's own messages: one method a severity. An `Error`, among the attributes or in their place, becomes `exception.type`,
 * `exception.message` and `exception.stacktrace`. No method throws.
 */
export interface Logger extends Readonly<Record<SeverityName, (message: string, attributes?: Attributes) => void>> {}

export function createLogger(runtime: Runtime): Logger {
  function at(level: SeverityName): (message: string, attributes?: Attributes) => void {
    return (message, attributes) => {
      if (!runtime.settings.enabled) return;
      runtime.emit({
        kind: 'log',
        name: 'log',
        attributes: logAttributes(message, attributes),
        eventId: runtime.ids.eventId(),
        message: snapshotText(message),
        level,
        severityNumber: severityNumbers[level],
        context: undefined,
      });
    };
  }
  return attachIntake(
    { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), fatal: at('fatal') },
    runtime,
  );
}
