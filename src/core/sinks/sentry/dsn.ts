/** What a DSN says: where events go, and by which key. https://develop.sentry.dev/sdk/foundations/transport/authentication/ */
export interface Dsn {
  /** As it was given, without a secret key: what may be quoted where it goes. */
  readonly text: string;
  readonly publicKey: string;
  /** Where envelopes are posted, without the key. */
  readonly envelopeUrl: string;
}

export const expectedDsn = "a DSN like 'https://key@o1.ingest.sentry.io/42', as the project's settings at Sentry show it";
export const expectedTunnel = "an http or https URL, or a path like '/tunnel' of the page's own origin";

/** As strict as Sentry's own parser, so that what is taken here is taken there. The key of old DSNs that is a secret is passed over. */
const pattern = /^(https?):\/\/(\w+)(?::\w*)?@((?:\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?)((?:\/[^/?#\s]+)*)\/(\d+)\/?$/i;

/** `undefined` for what is none. */
export function readDsn(text: unknown): Dsn | undefined {
  const match = typeof text === 'string' ? pattern.exec(text.trim()) : null;
  if (match === null) return undefined;
  const [, protocol = '', publicKey = '', host = '', path = '', project = ''] = match;
  if (!isUrl(`${protocol}://${host}`)) return undefined;
  return { text: `${protocol}://${publicKey}@${host}${path}/${project}`, publicKey, envelopeUrl: `${protocol}://${host}${path}/api/${project}/envelope/` };
}

export function isDsn(text: unknown): boolean {
  return readDsn(text) !== undefined;
}

/** Whether events can be posted there. */
export function isTunnel(given: unknown): boolean {
  return typeof given === 'string' && (/^\/(?!\/)/.test(given) || (/^https?:\/\//.test(given) && isUrl(given)));
}

function isUrl(text: string): boolean {
  try {
    return new URL(text).origin !== '';
  } catch {
    return false;
  }
}
