import { Observable } from 'rxjs';

/**
 * The page is hidden or left: on a phone there may be no later moment. A page is hidden before it is frozen or discarded, and one that
 * comes back goes on as it was. Silent where there is no page.
 */
export function createLeaving(): Observable<unknown> {
  return new Observable((subscriber) => {
    if (typeof window === 'undefined' || typeof document === 'undefined') return;
    const leave = (): void => subscriber.next(undefined);
    const hide = (): void => {
      if (document.visibilityState === 'hidden') leave();
    };
    document.addEventListener('visibilitychange', hide);
    // Dispatched at the window: a listener at the document never hears it.
    window.addEventListener('pagehide', leave);
    return () => {
      document.removeEventListener('visibilitychange', hide);
      window.removeEventListener('pagehide', leave);
    };
  });
}
