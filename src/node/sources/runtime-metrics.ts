import { isMainThread, threadId } from 'node:worker_threads';
import { Observable } from 'rxjs';
import { checkOptions, interval, optional } from '../../core/operators/option-checks.ts';
import type { SignalInput } from '../../core/signal.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import { watchCollections } from './runtime-metrics-collections.ts';
import { watchEventLoop } from './runtime-metrics-event-loop.ts';
import { watchHeap } from './runtime-metrics-heap.ts';
import type { Watch } from './runtime-metrics-measure.ts';
import { watchProcess } from './runtime-metrics-process.ts';
import { watchResources } from './runtime-metrics-resources.ts';

/** Options of `runtimeMetrics`. */
export interface RuntimeMetricsOptions {
  /** Milliseconds between two measurements. Default 5 000. */
  readonly every?: number | undefined;
}

/**
 * How Node itself is, as metric signals, under the names of OpenTelemetry where it has some. How late the event loop is, without the 20
 * ms between two looks (`nodejs.eventloop.delay.*`), and how busy (`nodejs.eventloop.utilization`, `.time`); each garbage collection
 * (`v8js.gc.duration`); the heap by space (`v8js.memory.heap.*`), its limit and what is outside of it (`nodejs.memory.heap.limit`,
 * `nodejs.memory.external`); what keeps the loop alive, by type (`v8js.resource.active`). Of the main thread, the process, too:
 * `process.memory.usage`, `process.cpu.time`. In a worker all is that thread's, and has its `thread.id`. While nobody wants metrics
 * nothing is measured, nor counted. It never keeps the process alive.
 * @throws ConfigurationError for wrong options
 */
export function runtimeMetrics(options: RuntimeMetricsOptions = {}): Source {
  checkOptions('runtimeMetrics', options, { every: optional(interval) });
  const { every = 5_000 } = options;
  return {
    name: 'runtime-metrics',
    observe: ({ clock, wants }: Pick<SourceContext, 'clock'> & Partial<Pick<SourceContext, 'wants'>>) =>
      new Observable<SignalInput>((subscriber) => {
        const thread = isMainThread ? undefined : { 'thread.id': threadId };
        const isWanted = (): boolean => wants?.('metric') ?? true;
        let watches: readonly Watch[] | undefined = isWanted() ? begin() : undefined;

        function begin(): readonly Watch[] {
          const begun: Watch[] = [];
          for (const watch of [watchEventLoop, watchCollections, watchHeap, watchResources, ...(isMainThread ? [watchProcess] : [])]) {
            try {
              begun.push(
                watch((name, value, unit, instrument, attributes) => {
                  subscriber.next({ kind: 'metric', name, value, unit, instrument, attributes: { ...attributes, ...thread } });
                }),
              );
            } catch {
              // What calls itself Node has not all of it.
            }
          }
          return begun;
        }

        /** It may lack only what is asked now: what it can say is told all the same. */
        function read(watch: Watch): void {
          try {
            watch.read?.();
          } catch {
            watches = watches?.filter((other) => other !== watch);
            watch.stop?.();
          }
        }

        function stop(): void {
          for (const watch of watches ?? []) watch.stop?.();
          watches = undefined;
        }

        subscriber.add(
          clock.every(every).subscribe(() => {
            if (!isWanted()) return stop();
            // Who wants it now gets the first measurement at the next tick: there is nothing yet that it could be of.
            if (watches === undefined) watches = begin();
            else for (const watch of watches) read(watch);
          }),
        );
        return stop;
      }),
  };
}
