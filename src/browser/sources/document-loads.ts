import { Observable } from 'rxjs';
import type { Source, SourceContext } from '../../core/source.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';
import { afterLoad } from './after-load.ts';
import { traceDocumentLoad } from './trace-document-load.ts';

/**
 * The load of the page, as a tree of spans with the times the browser measured, under OpenTelemetry's names: `documentLoad`, in it
 * `documentFetch` and a `resourceFetch` for everything the document loaded until its load event. What its scripts requested is not in
 * it: `fetches` and `xmlHttpRequests` tell of that. It continues the trace that `<meta name="traceparent" content="...">`, or an entry
 * `traceparent` of `Server-Timing`, names. Once a page; silent where there is none, as in a worker.
 */
export function documentLoads(): Source {
  // One that is observed anew by the same manager does not tell again.
  const told = new WeakSet<SourceTracing>();
  return {
    name: 'document-loads',
    observe: ({ clock, tracing }: SourceContext) =>
      new Observable((subscriber) => {
        if (typeof document === 'undefined' || typeof PerformanceObserver === 'undefined' || told.has(tracing)) return;
        subscriber.add(
          afterLoad(clock).subscribe({
            next() {
              told.add(tracing);
              traceDocumentLoad(tracing);
            },
            error: (error: unknown) => subscriber.error(error),
          }),
        );
      }),
  };
}
