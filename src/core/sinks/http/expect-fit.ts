import { DeliveryError } from '../../sink.ts';
import type { HttpTransport } from '../../transport.ts';

/** @throws DeliveryError for a body that is larger than a request may be: its halves may fit */
export function expectFit(body: Uint8Array, { maxBodyBytes }: HttpTransport, what: string): void {
  if (body.length <= maxBodyBytes) return;
  const message = `${body.length} bytes of ${what} are more than fit in a request (${maxBodyBytes})`;
  throw new DeliveryError(message, { retryable: false, tooLarge: true });
}
