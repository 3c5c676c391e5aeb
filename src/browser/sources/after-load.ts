import { Observable } from 'rxjs';
import type { Clock } from '../../core/clock.ts';

/** How long the first paint is waited for after a page has loaded, in milliseconds. */
const PATIENCE = 3_000;

/** Of pages that a browser loads before someone asks for them. https://developer.mozilla.org/docs/Web/API/Document/prerendering */
interface MaybePrerendered extends Document {
  readonly prerendering?: boolean;
}

/**
 * Once, when the page has loaded, or had before: when all that its timing will tell is known, or the page is about to be left. Never for
 * a page that is left before it has loaded, or that nobody came to see.
 */
export function afterLoad(clock: Clock): Observable<void> {
  return new Observable((subscriber) => {
    const page: MaybePrerendered = document;
    const hear = (target: EventTarget, type: string, listener: () => void): void => {
      target.addEventListener(type, listener, true);
      subscriber.add(() => target.removeEventListener(type, listener, true));
    };
    const tell = (): void => {
      subscriber.next();
      subscriber.complete();
    };
    const loaded = (): void => {
      if (document.visibilityState === 'hidden' || !willPaint()) return tell();
      const observer = new PerformanceObserver(() => {
        if (!willPaint()) tell();
      });
      observer.observe({ type: 'paint' });
      subscriber.add(() => observer.disconnect());
      // Hidden or left, which hides it, too. At the window it is heard of before what is queued is sent at the document's listener.
      hear(window, 'visibilitychange', tell);
      subscriber.add(clock.every(PATIENCE).subscribe(tell));
    };
    // The end of the load event is known after it.
    const soon = (): void => {
      const timer = setTimeout(loaded);
      subscriber.add(() => clearTimeout(timer));
    };
    const seen = (): void => {
      if (document.readyState === 'complete') soon();
      else hear(window, 'load', soon);
    };
    if (page.prerendering === true) hear(page, 'prerenderingchange', seen);
    else seen();
  });
}

function willPaint(): boolean {
  if (!PerformanceObserver.supportedEntryTypes?.includes('paint')) return false;
  return performance.getEntriesByName('first-contentful-paint').length === 0;
}
