// The SDK in the page: one call, and a sink that hands the page's signals to the backend.
const { createObservability, DeliveryError, documentLoads, fetches, interactions, uncaughtErrors } = globalThis.arkheObservability;

export const obs = createObservability({
  serviceName: 'shop-page',
  sources: [fetches(), documentLoads(), interactions(), uncaughtErrors()],
  sinks: [{ name: 'backend', write }],
  // Small batches: what is sent while the page goes away may have 64 KiB at most.
  delivery: { flushEvery: 50, maxBatchSize: 40 },
});

async function write(batch, { abortSignal, leaving }) {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(batch) };
  if (leaving) {
    // The request outlives the page, so nobody here will learn how it ended.
    fetch('/signals', { ...request, keepalive: true }).catch(() => undefined);
    return { handedOff: true };
  }
  const response = await fetch('/signals', { ...request, signal: abortSignal });
  if (!response.ok) throw new DeliveryError(`the backend answered ${response.status}`, { retryable: response.status >= 500 });
  const { refused } = await response.json();
  return { rejected: refused };
}
