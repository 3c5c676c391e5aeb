import { serializeError } from '../../core/errors/serialize-error.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';

/** Says that a request goes on without its span, because looking at it threw. */
export function sayNotFollowed(tracing: SourceTracing, source: string, error: unknown): void {
  const { type, message } = serializeError(error);
  tracing.ignored(source, `a request could not be followed: ${type}: ${message}`);
}
