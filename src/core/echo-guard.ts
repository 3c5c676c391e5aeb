import type { ContextStorage } from './context.ts';
import { exporting } from './exporting.ts';

/**
 * Tells what the application logs from what logging itself causes: what a sink prints, and what a subscriber says about a log signal
 * it gets, would each give the next signal for ever.
 */
export interface EchoGuard {
  /** Whether what is said here is an echo: a sink of any manager is at work, or a subscriber that was told of a log from here. */
  readonly echoes: boolean;
  /** Tells of a log. Where the host follows asynchronous calls, what subscribers do about it later is an echo, too. */
  tell(work: () => void): void;
}

export function createEchoGuard(createContextStorage: <T>() => ContextStorage<T>): EchoGuard {
  const exports = exporting(createContextStorage);
  const telling = createContextStorage<true>();
  return {
    get echoes() {
      return exports.get() === true || telling.get() === true;
    },
    tell: (work) => telling.run(true, work),
  };
}
