import type { ClientRequest } from 'node:http';
import type { ClientRequest as SeenRequest } from '../../core/http/client-requests.ts';

/**
 * The headers a request is to be sent with. `given` is in the form in which Node keeps them, or the list that the application gave,
 * of pairs or of names and values in turn: that one stays as it is.
 */
export function withHeaders(request: ClientRequest, given: unknown, { headers, stale }: SeenRequest): unknown {
  const added = Object.entries(headers);
  if (added.length === 0) return given;
  if (isPairs(given)) return [...given.filter(([name]) => !isAmong(stale, name)), ...added];
  if (Array.isArray(given)) {
    const list: readonly unknown[] = given;
    // No list of headers: what Node says of it shall name what the application gave.
    if (list.length % 2 === 1) return given;
    return [...list.filter((_, index) => !isAmong(stale, list[index - (index % 2)])), ...added.flat()];
  }
  // None at all, not even `Host`.
  if (given === null || given === undefined) return added.flat();
  for (const name of stale) request.removeHeader(name);
  for (const [name, value] of added) request.setHeader(name, value);
  return given;
}

/** The value of a header that is about to be sent. */
export function headerIn(request: ClientRequest, given: unknown, name: string): string | undefined {
  const value = Array.isArray(given) ? valueIn(given, name) : request.getHeader(name);
  return typeof value === 'string' ? value : undefined;
}

function valueIn(list: readonly unknown[], name: string): unknown {
  if (isPairs(list)) return list.find(([key]) => isAmong([name], key))?.[1];
  const index = list.findIndex((key, at) => at % 2 === 0 && isAmong([name], key));
  return index < 0 ? undefined : list[index + 1];
}

function isPairs(given: unknown): given is readonly (readonly unknown[])[] {
  return Array.isArray(given) && Array.isArray(given[0]);
}

function isAmong(names: readonly string[], name: unknown): boolean {
  return names.includes(String(name).toLowerCase());
}
