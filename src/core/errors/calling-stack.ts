import type { AnyFunction } from '../function-instrument.ts';
import { cappedText } from '../capped-text.ts';
import { withoutOwnFrames } from './own-frames.ts';
import { stackFrames } from './stack-frames.ts';

const maxStack = 16_384;

/** The stack of who called `called`, for what has none of its own: under this heading where the engine's stacks have one. Never throws. */
export function callingStack(called: AnyFunction, { type, message }: { readonly type: string; readonly message: string }): string | undefined {
  try {
    const holder: { readonly name: string; readonly message: string; stack?: unknown } = { name: type, message };
    const capture: unknown = Reflect.get(Error, 'captureStackTrace');
    // Firefox and Safari have had it since 2025. Their stacks before then have no heading, and begin with this function.
    if (typeof capture === 'function') Reflect.apply(capture, Error, [holder, called]);
    else holder.stack = new Error().stack;
    const { stack } = holder;
    if (typeof stack !== 'string' || stackFrames(stack).length === 0) return undefined;
    return withoutOwnFrames(cappedText(stack, maxStack));
  } catch {
    return undefined; // The application prepares stacks itself, and that failed.
  }
}
