import { nobodyCatches } from '../nobody-catches.ts';

/** An error that nothing around it caught. */
export interface UncaughtException {
  readonly error: unknown;
  /** It was the reason of a promise that nobody handled, or thrown by a module that is loaded as one. */
  readonly rejected: boolean;
  /** The process, or the thread, ends by it. */
  readonly fatal: boolean;
}

/**
 * Hears of every exception before the application does, which then decides what becomes of it: the monitor changes nothing. Nothing is
 * heard under `--abort-on-uncaught-exception`, nor of `process.abort()` or a crash of the engine. The result stops listening.
 */
export function watchUncaughtExceptions(tell: (uncaught: UncaughtException) => void): () => void {
  function hear(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void {
    tell({ error, rejected: origin === 'unhandledRejection', fatal: nobodyCatches() });
  }
  // Before those of the application: one of them may end the process.
  process.prependListener('uncaughtExceptionMonitor', hear);
  return () => void process.off('uncaughtExceptionMonitor', hear);
}
