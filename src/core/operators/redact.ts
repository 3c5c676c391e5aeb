import { filter, map } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import type { RedactOptions } from '../redaction/redact-options.ts';
import { createRedactor } from '../redaction/redactor.ts';
import type { Signal } from '../signal.ts';

export type { RedactOptions } from '../redaction/redact-options.ts';

/**
 * Replaces the secrets in signals: values of secret keys, and what looks like a credential in any text. A signal without secrets
 * passes as it is, one with secrets as a copy; a value that cannot be searched becomes `[unredactable]`, and a signal that cannot
 * is dropped. The manager does this already to every signal, after your own operators.
 *
 * Throws a `ConfigurationError` for wrong options.
 */
export function redact<S extends Signal>(options?: RedactOptions): MonoTypeOperatorFunction<S> {
  const { redactSignal } = createRedactor(options);
  return (source) =>
    source.pipe(
      map((signal) => redactSignal(signal)),
      filter((signal) => signal !== undefined),
    );
}
