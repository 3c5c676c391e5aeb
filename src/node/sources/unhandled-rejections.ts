import { rejectionMode } from './rejection-mode.ts';

const event = 'unhandledRejection';

/**
 * Hears of the rejections that do not become exceptions: those that a listener of the application takes, and all where the process was
 * told to warn of them or to ignore them. Elsewhere a listener keeps the process alive, so there is none while the application has none.
 * With `--unhandled-rejections=warn-with-error-code` what only Node warns of is not heard. The result stops listening.
 */
export function watchUnhandledRejections(tell: (reason: unknown) => void): () => void {
  const mode = rejectionMode();
  // All of them are exceptions.
  if (mode === 'strict') return () => undefined;
  const always = mode === 'warn' || mode === 'none';
  let [stopped, away, arranging] = [false, false, false];

  /** The first to be called. */
  function hear(reason: unknown): void {
    // Libraries that ask whether theirs is the only listener shall not count these: until each was called, none of these is there.
    away = true;
    leave();
    // Should one throw.
    process.nextTick(comeBack);
    tell(reason);
  }

  /** The last: there may be more rejections before anything else happens. */
  function comeBack(): void {
    if (away) arrange();
  }

  const isOurs = (listener: unknown): boolean => listener === hear || listener === comeBack;
  const hasOthers = (): boolean => process.listeners(event).some((listener) => !isOurs(listener));

  function leave(): void {
    process.off(event, hear);
    process.off(event, comeBack);
  }

  function arrange(): void {
    [away, arranging] = [false, false];
    leave();
    if (stopped || !(always || hasOthers())) return;
    process.prependListener(event, hear);
    process.on(event, comeBack);
  }

  function added(name: string | symbol, listener: unknown): void {
    if (name !== event || isOurs(listener) || arranging) return;
    arranging = true;
    // When it is there. No rejection is looked at before.
    process.nextTick(arrange);
  }

  function removed(name: string | symbol, listener: unknown): void {
    // At once: ours must not be what keeps the process alive.
    if (name === event && !isOurs(listener) && !always && !hasOthers()) leave();
  }

  process.on('newListener', added);
  process.on('removeListener', removed);
  arrange();
  return () => {
    stopped = true;
    process.off('newListener', added);
    process.off('removeListener', removed);
    leave();
  };
}
