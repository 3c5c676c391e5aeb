// The job that sends receipts. Nobody waits for it, and it is part of the purchase all the same: the message carries the trace.
import { setTimeout as wait } from 'node:timers/promises';

export function startReceipts({ obs, orders }) {
  async function sendReceipt({ order, headers }) {
    const parent = obs.tracer.extract(headers);
    await obs.tracer.startSpan('send receipt', { kind: 'consumer', parent, attributes: { 'order.number': order } }, async () => {
      await wait(60 + Math.random() * 60);
      obs.logger.info('receipt sent', { 'order.number': order });
    });
  }

  async function run() {
    for await (const message of orders.messages()) await sendReceipt(JSON.parse(message));
  }

  const running = run().catch((error) => obs.errorTracker.captureException(error));
  return {
    /** Resolves when every order has its receipt. */
    stop() {
      orders.close();
      return running;
    },
  };
}
