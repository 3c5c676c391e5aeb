import { validateInstrument } from '../config/validate-options.ts';
import { functionInstrument } from '../function-instrument.ts';
import type { FunctionInstrument } from '../function-instrument.ts';
import type { StartSpan } from './span.ts';
import type { TraceFunctionOptions } from './tracing-manager.ts';

/** The wrapper and decorator that runs every call in a span of `startSpan`. */
export function traceFunctionWith(startSpan: StartSpan): FunctionInstrument<TraceFunctionOptions> {
  return functionInstrument(
    'traceFunction',
    (name, options, call) => startSpan(name, { attributes: options?.attributes, kind: options?.kind }, call),
    (options) => validateInstrument('tracing', options),
  );
}
