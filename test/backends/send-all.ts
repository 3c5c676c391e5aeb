import type { ObservabilityManager } from '#sdk';

/**
 * Sends what is left, and ends.
 * @throws Error unless the backend has taken everything
 */
export async function sendAll(obs: ObservabilityManager): Promise<void> {
  const { ok, dropped, pending } = await obs.shutdown();
  if (!ok) throw new Error(`not all was taken: ${dropped} dropped, ${pending} pending`);
}
