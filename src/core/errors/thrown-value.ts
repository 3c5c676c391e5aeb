import { readProperty } from '../read-property.ts';

/**
 * What was thrown: a listener for uncaught errors may hand in the event that tells of it. Everything else is what was thrown itself.
 * Never throws.
 */
export function thrownValue(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  switch (tagOf(given)) {
    case '[object ErrorEvent]': {
      // A script of another origin tells nothing but a message.
      const error = readProperty(given, 'error');
      return error === undefined || error === null ? (readProperty(given, 'message') ?? given) : error;
    }
    case '[object PromiseRejectionEvent]':
      return readProperty(given, 'reason');
    default:
      return given;
  }
}

/** What an object that is no error says of itself, where its own fields say nothing: an event, a response. Throws what it throws. */
export function thrownText(value: object): string | undefined {
  const tag = tagOf(value).slice(8, -1);
  const { type, target, status, url } = value as Partial<Record<string, unknown>>;
  if (tag === 'Response') return `[Response ${String(status)} ${String(url)}]`;
  if (!tag.endsWith('Event') || typeof type !== 'string') return undefined;
  return typeof target === 'object' && target !== null ? `[${tag} ${type} of ${tagOf(target).slice(8, -1)}]` : `[${tag} ${type}]`;
}

function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    return ''; // A getter of the application, or a revoked Proxy.
  }
}
