import type { Address } from '../otlp/endpoint.ts';

/** Text of a receiver on one line, short, without the secrets we sent ourselves. Empty when it is neither text nor bytes. */
export function presentable(given: unknown, { headers, url }: Address): string {
  // Longer than any key, before the replacing: a receiver may send 64 KiB.
  let text = (given instanceof Uint8Array ? textOf(given) : typeof given === 'string' ? given : '').slice(0, 4_096);
  // What follows `?` may be a key.
  for (const secret of [...Object.values(headers), ...url.split(/[?&][^=]*=/).slice(1)].join(' ').split(/[\s,;=:]+/)) {
    if (secret.length > 5) text = text.replaceAll(secret, '[redacted]');
  }
  // Line breaks, escape sequences, and marks that turn the direction of writing.
  return text.replace(/[\s\p{C}]+/gu, ' ').trim().slice(0, 200);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
