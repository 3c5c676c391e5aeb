// What is printed: the signals of the page, the backend and the payment service, joined into one stream. Only who watches the demo
// needs that; to a collector each service sends by itself.
import { setTimeout as wait } from 'node:timers/promises';
import { consoleSink, createObservability } from '@arkhe/observability';
import { map, mergeMap, of, Subject, timer } from 'rxjs';
import { printHealth } from './observe-service.mjs';
import { createPrintedTraces } from './printed-traces.mjs';

/** A trace is printed when its root has come: by then what other processes and jobs had to say has to be here. */
const rootsWaitMs = 250;

export function createTerminal() {
  const printed = createPrintedTraces();
  const taken = new Subject();
  const source = {
    name: 'services',
    observe: () => taken.pipe(mergeMap((signal) => (isRoot(signal) ? timer(rootsWaitMs).pipe(map(() => signal)) : of(signal)))),
  };
  const printer = consoleSink({ format: 'pretty' });
  const obs = createObservability({
    serviceName: 'the shop',
    sources: [source],
    sinks: [
      {
        ...printer,
        // A sink says what it wants. By default the console leaves out timed calls; here they are shown, in the spans they belong to.
        // Errors are few: those like one before come once in ten seconds, with their count.
        accepts: (signal) => signal.kind === 'error' || (['span', 'response', 'profile', 'log'].includes(signal.kind) && printed.includes(signal)),
      },
    ],
    delivery: { flushEvery: 100 },
  });
  printHealth(obs);
  return {
    obs,
    take(batch) {
      for (const signal of batch) taken.next(signal);
    },
    /** The trace of this span is one of many: it is printed if it is its turn. */
    thinOut: printed.thinOut,
    async close() {
      await wait(rootsWaitMs + 50);
      return obs.shutdown({ timeout: 3_000 });
    },
  };
}

function isRoot({ kind, parentSpanId }) {
  return kind === 'span' && parentSpanId === undefined;
}
