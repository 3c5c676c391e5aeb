import { hostname } from 'node:os';
import { isError } from '../../core/errors/is-error.ts';
import { exceptionAttributes } from '../../core/errors/exception-attributes.ts';
import { serializeError } from '../../core/errors/serialize-error.ts';
import type { LogEntry } from '../../core/log-intake.ts';
import { setField } from '../../core/set-field.ts';
import type { Attributes } from '../../core/signal.ts';
import { snapshotAttributes } from '../../core/snapshot-attributes.ts';
import { snapshotText } from '../../core/snapshot.ts';
import { isLevel, pinoLevel } from './pino-level.ts';
import { createPinoSettings } from './pino-settings.ts';
import { pinoTime } from './pino-time.ts';
import type { PinoWrite } from './pino-write.ts';

type Fields = Record<string, unknown>;

/** Reads what a line of pino's says. One that is no JSON of fields is a message by itself. */
export function createLineReader(): (line: string, write: PinoWrite) => LogEntry {
  const settings = createPinoSettings();
  // In every line; the resource says it of every signal.
  const host = hostname();
  const { pid } = process;

  /** What of an error pino could not write: it knows one by its key. */
  function rawException(key: string, { lastObj, lastLogger }: PinoWrite): Attributes | undefined {
    const raw: unknown = isRecord(lastObj) ? lastObj[key] : undefined;
    return isError(raw) && settings.isPlain(Object(lastLogger), key) ? exceptionAttributes(serializeError(raw)) : undefined;
  }

  return (line, write) => {
    const { lastLevel, lastTime, lastLogger } = write;
    const fields = fieldsOf(line);
    const level = pinoLevel(lastLevel ?? fields?.['level'], lastLogger);
    const time = lastTime === undefined ? fields?.['time'] : parsed(lastTime);
    const timestamp = pinoTime(time);
    if (fields === undefined) return { level: level.severity, message: snapshotText(line.trimEnd()), attributes: {}, timestamp };

    const logger: object = Object(lastLogger);
    const messageKey = settings.messageKey(logger);
    const errorKey = settings.errorKey(logger);
    const nestedKey = settings.nestedKey(logger);
    const message = fields[messageKey];
    fields[messageKey] = undefined;
    // The fields are ours alone: what is no attribute is taken out, and what is more than one is laid out beside them.
    let isTimeThere = timestamp !== undefined;
    let exception: Attributes | undefined;
    let more: Fields | undefined;
    for (const key in fields) {
      const value = fields[key];
      if (key === 'level') {
        if (isLevel(value, level)) fields[key] = undefined;
      } else if (isTimeThere && value === time) {
        // Whatever the application calls it: before anything of its own.
        isTimeThere = false;
        fields[key] = undefined;
      } else if ((key === 'pid' && value === pid) || (key === 'hostname' && value === host)) fields[key] = undefined;
      else if (isRecord(value)) {
        if (key === nestedKey) {
          fields[key] = undefined;
          more ??= {};
          for (const inner in value) {
            const error = exception ?? exceptionIn(value[inner], inner === errorKey) ?? rawIn(value[inner], inner, write);
            if (error === exception) setField(more, `${key}.${inner}`, value[inner]);
            else {
              exception = error;
              layOut(value[inner] as Fields, `${key}.${inner}`, more);
            }
          }
        } else if (exception === undefined) {
          exception = exceptionIn(value, key === errorKey) ?? rawIn(value, key, write);
          if (exception === undefined) continue;
          fields[key] = undefined;
          layOut(value, key, (more ??= {}));
        }
      }
    }
    if (more !== undefined) for (const key in more) setField(fields, key, more[key]);
    if (level.custom !== undefined) fields['pino.level'] = level.custom;
    return { level: level.severity, message: message === undefined ? '' : snapshotText(message), attributes: snapshotAttributes(fields, exception), timestamp };
  };

  function rawIn(value: unknown, key: string, write: PinoWrite): Attributes | undefined {
    return isRecord(value) && !('message' in value) ? rawException(key, write) : undefined;
  }
}
