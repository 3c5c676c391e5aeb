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
  const telling = tellingOf(createContextStorage);
  return {
    get echoes() {
      return exports.get() === true || telling.get() === true;
    },
    tell: (work) => telling.run(true, work),
  };
}

/**
 * Where a log of another logger is told, of any copy of this package in the process. A manager whose stream is busy delivers it later:
 * there it is told still.
 */
export function tellingOf(createContextStorage: <T>() => ContextStorage<T>): ContextStorage<true> {
  const key = Symbol.for('@arkhe/observability/telling/1');
  const known: ContextStorage<true> | undefined = Reflect.get(globalThis, key);
  if (known !== undefined) return known;
  const storage = createContextStorage<true>();
  Reflect.defineProperty(globalThis, key, { value: storage });
  return storage;
}
