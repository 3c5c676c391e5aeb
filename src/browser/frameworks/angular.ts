// `./angular`, in pages and where they are rendered on a server. By shape alone: Angular checks no class of an error handler.
import { frameworkErrors } from '../../core/errors/framework-errors.ts';
import type { CaptureFrameworkError, FrameworkErrorsOptions } from '../../core/errors/framework-errors.ts';
import { readProperty } from '../../core/read-property.ts';

export type { FrameworkErrorsOptions } from '../../core/errors/framework-errors.ts';

/** What Angular's `ErrorHandler` is. */
export interface AngularErrorHandler {
  handleError(error: unknown): void;
}

export interface ObservabilityErrorHandlerOptions extends FrameworkErrorsOptions {
  /** Where errors go on to. Default: to the console, as with Angular's own `ErrorHandler`. */
  readonly next?: AngularErrorHandler | undefined;
}

/**
 * Captures what Angular reports: `{ provide: ErrorHandler, useClass: ObservabilityErrorHandler }`, or with options
 * `{ provide: ErrorHandler, useFactory: () => new ObservabilityErrorHandler({ next: new YourErrorHandler() }) }`.
 */
export class ObservabilityErrorHandler implements AngularErrorHandler {
  readonly #capture: CaptureFrameworkError;
  readonly #next: AngularErrorHandler | undefined;

  // The default keeps `length` at 0: Angular creates no class whose constructor wants something it does not know.
  constructor(options: ObservabilityErrorHandlerOptions = {}) {
    this.#capture = frameworkErrors('angular', options);
    this.#next = options.next;
  }

  handleError(error: unknown): void {
    this.#capture(original(error), { handled: false });
    if (this.#next === undefined) console.error('ERROR', error);
    else this.#next.handleError(error);
  }
}

/** The error that zone.js or Angular wrapped into another. Not what is no object: the wrapper of that at least has a stack. */
function original(error: unknown): unknown {
  let found = error;
  // Wrappers of wrappers: a few, not a cycle.
  for (let depth = 0; depth < 5; depth++) {
    const inner = wrapped(found, 'rejection') ?? wrapped(found, 'ngOriginalError');
    if (inner === undefined) break;
    found = inner;
  }
  return found;
}

function wrapped(error: unknown, key: string): object | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const inner = readProperty(error, key);
  return typeof inner === 'object' && inner !== null ? inner : undefined;
}
