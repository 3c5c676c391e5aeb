import type { ServerResponse } from 'node:http';
import type { Around } from './patch-method.ts';

/**
 * Around `writeHead`, for responses that were given a header `x-request-id`: because they have a header already, Node would take a list
 * of headers as settings, of which the last of a name counts, and refuse a list of pairs. So what a name has several times becomes a list.
 */
export const aroundHead: Around = (receiver, args, proceed) => {
  const at = Array.isArray(args[1]) ? 1 : 2;
  const list: unknown = args[at];
  if (!Array.isArray(list) || !hasOnlyId(receiver as ServerResponse)) return proceed(args);
  return proceed(args.map((value, index) => (index === at ? grouped(list) : value)));
};

/** Where the application has set others, Node does that in any case. */
function hasOnlyId(response: ServerResponse): boolean {
  const names = response.getHeaderNames();
  return names.length === 1 && names[0] === 'x-request-id';
}

function grouped(given: readonly unknown[]): readonly unknown[] {
  const list = Array.isArray(given[0]) ? given.flat(1) : given;
  // Node says what is wrong with it.
  if (list.length % 2 === 1) return list;
  const byName = new Map<string, unknown[]>();
  for (let at = 0; at < list.length; at += 2) {
    const known = byName.get(String(list[at]).toLowerCase());
    if (known === undefined) byName.set(String(list[at]).toLowerCase(), [list[at], list[at + 1]]);
    else known[1] = [known[1], list[at + 1]].flat();
  }
  return [...byName.values()].flat(1);
}
