// A batch job: nobody asked for it, so each run is a trace of its own.
import { setTimeout as wait } from 'node:timers/promises';

const everyMs = 10_000;

export function startRestocking({ obs, shop }) {
  async function restock() {
    await obs.tracer.startSpan('restock', { parent: null }, async (job) => {
      let pieces = 0;
      for (const id of shop.ids) {
        const missing = shop.fill(id);
        if (missing === 0) continue;
        pieces += missing;
        await obs.tracer.startSpan('order from supplier', { kind: 'producer', attributes: { 'product.id': id, quantity: missing } }, () => wait(10));
      }
      job.setAttribute('restock.pieces', pieces);
    });
  }

  let run = Promise.resolve();
  const timer = setInterval(() => {
    run = restock().catch((error) => obs.errorTracker.captureException(error));
  }, everyMs);
  return {
    /** Resolves when the run that may be under way has ended. */
    stop() {
      clearInterval(timer);
      return run;
    },
  };
}
