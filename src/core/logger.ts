import type { Runtime } from './runtime.ts';
import { severityNumbers } from './severity.ts';
import type { Attributes, SeverityName } from './signal.ts';
import { snapshotAttributes } from './snapshot-attributes.ts';
import { snapshotText } from './snapshot.ts';

/** The application's own messages: one method a severity. No method throws. */
export interface Logger extends Readonly<Record<SeverityName, (message: string, attributes?: Attributes) => void>> {}

export function createLogger(runtime: Runtime): Logger {
  function at(level: SeverityName): (message: string, attributes?: Attributes) => void {
    return (message, attributes) => {
      if (!runtime.settings.enabled) return;
      runtime.emit({
        kind: 'log',
        name: 'log',
        attributes: snapshotAttributes(attributes),
        eventId: runtime.ids.eventId(),
        message: snapshotText(message),
        level,
        severityNumber: severityNumbers[level],
        context: undefined,
      });
    };
  }
  return { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), fatal: at('fatal') };
}
