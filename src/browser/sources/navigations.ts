import { Observable } from 'rxjs';
import { cappedText } from '../../core/capped-text.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import { patchMethod } from './patch-method.ts';

/** Of an address, in characters. */
const longest = 256;

/**
 * Each change of the address within the page comes as a breadcrumb `navigation` with the errors that follow, with what it was and what it
 * is: path, query and fragment. Where a browser has no Navigation API, `history.pushState` and `replaceState` are patched. Silent where
 * there is no history, as in a worker.
 */
export function navigations(): Source {
  return {
    name: 'navigations',
    observe: ({ errors }: SourceContext) =>
      new Observable<never>((subscriber) => {
        if (typeof history === 'undefined' || typeof document === 'undefined') return;
        let from = here();
        const tell = (): void => {
          const to = here();
          if (to === from) return;
          errors.leaveBreadcrumb(`${from} → ${to}`, { category: 'navigation', attributes: { from, to } });
          from = to;
        };
        const hear = (target: EventTarget, type: string): void => {
          target.addEventListener(type, tell, true);
          subscriber.add(() => target.removeEventListener(type, tell, true));
        };
        const api: EventTarget | undefined = Reflect.get(globalThis, 'navigation');
        if (typeof api?.addEventListener === 'function') return hear(api, 'currententrychange');
        hear(window, 'popstate');
        hear(window, 'hashchange');
        for (const method of ['pushState', 'replaceState']) {
          subscriber.add(
            patchMethod(history, method, (original, self, args) => {
              const result = Reflect.apply(original, self, args);
              tell();
              return result;
            }),
          );
        }
      }),
  };
}

function here(): string {
  const { pathname, search, hash } = location;
  return cappedText(`${pathname}${search}${hash}`, longest);
}
