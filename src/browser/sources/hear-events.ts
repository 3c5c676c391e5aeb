import { Observable } from 'rxjs';
import type { SourceContext } from '../../core/source.ts';

/**
 * Calls `hear` with every event of these types in the page, or worker, before an element's own listener can stop it. Emits nothing; silent
 * where there are no events.
 */
export function hearEvents(
  source: string,
  { tracing }: Pick<SourceContext, 'tracing'>,
  types: readonly string[],
  hear: (event: Event) => void,
): Observable<never> {
  return new Observable(() => {
    const target: Partial<EventTarget> = globalThis;
    if (typeof target.addEventListener !== 'function') return;
    // What is thrown here would be an uncaught error of the application. Its events may be anything: forms have fields called `id`.
    const listener = (event: Event): void => {
      try {
        hear(event);
      } catch {
        tracing.ignored(source, `an event '${event.type}' that cannot be read`);
      }
    };
    const how = { capture: true, passive: true };
    for (const type of types) target.addEventListener(type, listener, how);
    return () => {
      for (const type of types) target.removeEventListener?.(type, listener, how);
    };
  });
}
