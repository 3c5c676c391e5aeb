import { merge } from 'rxjs';
import { aBoolean, checkOptions, optional } from '../../core/operators/option-checks.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import type { Attributes } from '../../core/signal.ts';
import { hearEvents } from './hear-events.ts';
import { isErrorOfExtension } from './of-extension.ts';
import { toldError } from './told-error.ts';

/** Options of `uncaughtErrors`. */
export interface UncaughtErrorsOptions {
  /** Errors that nothing caught. Default true. */
  readonly errors?: boolean | undefined;
  /** Rejections of promises that nothing handled. Default true. */
  readonly rejections?: boolean | undefined;
  /**
   * Also what no application can do anything about: errors of the browser's extensions, and `ResizeObserver loop completed with
   * undelivered notifications`, by which a browser only says that it goes on in the next frame. Default false.
   */
  readonly noise?: boolean | undefined;
}

const name = 'uncaught-errors';

/** What browsers put before a message: `Uncaught TypeError: `, `uncaught exception: `. */
const prefix = /^(?:[Uu]ncaught (?:exception: )?)?(?:(\w{0,64}(?:Error|Exception)): )?/;

/**
 * What nothing in the page, or worker, caught is an error signal: `handled` is false, `level` is `error`. What was captured before is not
 * told again. The browser says it on its console as ever. Of a script from another origin a browser tells but `Script error.`, unless the
 * script is loaded with `crossorigin` and its server allows it. An error in a worker that does not run this package itself is
 * told by its page, without causes, as long as the worker's own `error` event is not cancelled.
 * @throws ConfigurationError for wrong options
 */
export function uncaughtErrors(options: UncaughtErrorsOptions = {}): Source {
  checkOptions('uncaughtErrors', options, { errors: optional(aBoolean), rejections: optional(aBoolean), noise: optional(aBoolean) });
  const { errors = true, rejections = true, noise = false } = options;
  return {
    name,
    observe(context: SourceContext) {
      const hearError = (event: Event): void => {
        // Of an element: its resource failed.
        if (event.target !== event.currentTarget) return;
        const { error, message, filename: file, lineno: line, colno: column } = event as Partial<ErrorEvent>;
        const thrown: unknown = error ?? undefined;
        if (thrown === undefined && typeof message !== 'string') return;
        if (!noise && (isErrorOfExtension(thrown, file) || (thrown === undefined && isResizeNotice(String(message))))) return;
        const told = thrown ?? errorTold(String(message), { file, line, column });
        context.errors.capture(told, { mechanism: 'onerror', handled: false, level: 'error', attributes: placeOf(file, line, column) });
      };
      const hearRejection = (event: Event): void => {
        const { reason } = event as Partial<PromiseRejectionEvent>;
        if (!noise && isErrorOfExtension(reason)) return;
        context.errors.capture(reason, { mechanism: 'onunhandledrejection', handled: false, level: 'error' });
      };
      return merge(
        hearEvents(name, context, errors ? ['error'] : [], hearError),
        hearEvents(name, context, rejections ? ['unhandledrejection'] : [], hearRejection),
      );
    },
  };
}

/** https://drafts.csswg.org/resize-observer/#deliver-resize-error */
function isResizeNotice(message: string): boolean {
  return message.startsWith('ResizeObserver loop ');
}

function errorTold(message: string, place: Parameters<typeof toldError>[2]): Error {
  const [before = '', type = 'Error'] = prefix.exec(message) ?? [];
  return toldError(type, message.slice(before.length), place);
}

/** A stack may not have it: a text has none, that of a `SyntaxError` may have no frames. */
function placeOf(file: unknown, line: unknown, column: unknown): Attributes | undefined {
  if (typeof file !== 'string' || file === '') return undefined;
  return { 'code.file.path': file, 'code.line.number': Number(line), 'code.column.number': Number(column) };
}
