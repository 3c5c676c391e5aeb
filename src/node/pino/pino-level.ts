import { severityNamed } from '../../core/severity.ts';
import type { SeverityName } from '../../core/signal.ts';

/** How grave a line of pino's is. */
export interface PinoLevel {
  readonly level: unknown;
  readonly severity: SeverityName;
  /** What the application calls it, where that is no severity of the stream's. */
  readonly custom: string | undefined;
}

/** By the name of the level where it is a severity, else the nearest severity at or below its number. Default: info. */
export function pinoLevel(level: unknown, logger: unknown): PinoLevel {
  const label = typeof level === 'number' ? labelOf(level, logger) : level;
  const named = severityNamed(label);
  if (named !== undefined) return { level, severity: named, custom: undefined };
  return { level, severity: typeof level === 'number' ? severityAt(level) : 'info', custom: typeof label === 'string' ? label : undefined };
}

/** Whether a field is what pino wrote of the level, and not a field of the application's that has its name. */
export function isLevel(value: unknown, { level, severity, custom }: PinoLevel): boolean {
  if (value === level || severityNamed(value) === severity) return true;
  return typeof value === 'string' && value.toLowerCase() === custom?.toLowerCase();
}

function labelOf(level: number, logger: unknown): unknown {
  const { levels }: { readonly levels?: { readonly labels?: unknown } } = Object(logger);
  return Reflect.get(Object(levels?.labels), level);
}

/** https://github.com/pinojs/pino/blob/main/docs/api.md#logger-level */
function severityAt(level: number): SeverityName {
  if (level >= 60) return 'fatal';
  if (level >= 50) return 'error';
  if (level >= 40) return 'warn';
  if (level >= 30) return 'info';
  return level >= 20 ? 'debug' : 'trace';
}
