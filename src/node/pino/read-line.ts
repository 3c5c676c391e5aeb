import { hostname } from 'node:os';
import type { LogEntry } from '../../core/log-intake.ts';
import { snapshotAttributes } from '../../core/snapshot-attributes.ts';
import { snapshotText } from '../../core/snapshot.ts';
import { isFields, unnested } from './pino-fields.ts';
import { isLevel, pinoLevel } from './pino-level.ts';
import { createPinoSettings } from './pino-settings.ts';
import { pinoTime } from './pino-time.ts';
import type { PinoWrite } from './pino-write.ts';
import { takeException } from './take-exception.ts';

/** Reads what a line of pino's says. One that is no JSON of fields is a message by itself. */
export function createLineReader(): (line: string, write: PinoWrite) => LogEntry {
  const settings = createPinoSettings();
  // In every line, and of the process, not of what was logged: a matter of the resource.
  const host = hostname();
  const { pid } = process;

  return (line, { lastLevel, lastTime, lastObj, lastLogger }) => {
    const logger: object = Object(lastLogger);
    const nestedKey = settings.nestedKey(logger);
    const inLine = jsonOf(line);
    const isJson = isFields(inLine);
    const given = isJson ? inLine : {};
    const level = pinoLevel(lastLevel ?? given['level'], lastLogger);
    const time = lastTime === undefined ? given['time'] : jsonOf(lastTime);
    const timestamp = pinoTime(time);
    if (!isJson) return { level: level.severity, message: snapshotText(line.trimEnd()), attributes: {}, timestamp };

    // Ours alone: what is no attribute is taken out of it.
    const fields = nestedKey === undefined ? given : unnested(given, nestedKey);
    const messageKey = settings.messageKey(logger);
    const message = fields[messageKey] ?? '';
    fields[messageKey] = undefined;
    if (isLevel(fields['level'], level)) fields['level'] = undefined;
    if (fields['pid'] === pid) fields['pid'] = undefined;
    if (fields['hostname'] === host) fields['hostname'] = undefined;
    if (timestamp !== undefined) takeFirst(fields, time);
    const prefix = nestedKey === undefined ? '' : `${nestedKey}.`;
    const exception = takeException(fields, {
      errorKey: prefix + settings.errorKey(logger),
      plain(path) {
        const key = path.slice(prefix.length);
        return isFields(lastObj) && path.startsWith(prefix) && settings.isPlain(logger, key) ? lastObj[key] : undefined;
      },
    });
    if (level.custom !== undefined) fields['pino.level'] = level.custom;
    return { level: level.severity, message: snapshotText(message), attributes: snapshotAttributes(fields, exception), timestamp };
  };
}

/** The time, whatever the application calls it: it comes before anything of its own. */
function takeFirst(fields: Record<string, unknown>, value: unknown): void {
  for (const key in fields) {
    if (fields[key] !== value) continue;
    fields[key] = undefined;
    return;
  }
}

function jsonOf(text: unknown): unknown {
  try {
    return JSON.parse(text as string);
  } catch {
    return undefined;
  }
}
