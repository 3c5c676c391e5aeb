import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Around } from './patch-method.ts';

/** The id of the request that a response answers. */
const idKey: unique symbol = Symbol('request id');

type Answering = ServerResponse & { [idKey]?: string | undefined; readonly _header?: string | null };

/** Has the answer say the id of its request, unless the application says one: see `aroundHead`. */
export function sayRequestId(response: ServerResponse, requestId: string, socket: Duplex): void {
  (response as Answering)[idKey] ??= requestId;
  // Of a request that is only acted, as by `inject` of Fastify, no head becomes text.
  if (!(socket instanceof Socket) && !response.headersSent) response.setHeader('x-request-id', requestId);
}

/**
 * Around `_storeHeader`, where the head of every answer becomes text. The id goes behind its first line: `setHeader` would have Node
 * treat all that the application then gives to `writeHead` in another way, and lose some of it.
 */
export const aroundHead: Around = (receiver, args, proceed) => {
  const answering = receiver as Answering;
  const id = answering[idKey];
  const [firstLine, headers, ...rest] = args;
  if (id === undefined || typeof firstLine !== 'string' || saysRequestId(headers)) return proceed(args);
  // The source of another manager may stand around it, too.
  answering[idKey] = undefined;
  try {
    return proceed([`${firstLine}x-request-id: ${id}\r\n`, headers, ...rest]);
  } catch (error) {
    // A head that cannot be sent: the application may write another.
    answering[idKey] = id;
    throw error;
  }
};

/** Whether there is one among these headers, in any of the forms in which Node keeps them, or an application gives them. */
export function saysRequestId(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null) return false;
  if (Array.isArray(headers)) return headers.some((entry, at) => (Array.isArray(entry) ? isRequestId(entry[0]) : at % 2 === 0 && isRequestId(entry)));
  for (const name in headers) if (isRequestId(name)) return true;
  return false;
}

function isRequestId(name: unknown): boolean {
  return typeof name === 'string' && name.length === 12 && name.toLowerCase() === 'x-request-id';
}

/** What Node adds to a head by itself, as it writes it. */
const added: Readonly<Record<string, string>> = {
  'content-length': '\r\nContent-Length: ',
  'transfer-encoding': '\r\nTransfer-Encoding: ',
  connection: '\r\nConnection: ',
  'keep-alive': '\r\nKeep-Alive: ',
  date: '\r\nDate: ',
};

/** Reads the headers of an answer as they were sent, by lower-case name; before that, what is known of them. */
export function headReader(response: ServerResponse): (name: string) => unknown {
  const { _header: head } = response as Answering;
  let lower: string | undefined;
  return (name) => {
    const set = response.getHeader(name);
    if (set !== undefined || typeof head !== 'string') return set;
    const begin = added[name];
    if (begin !== undefined && head.includes(begin)) return valuesIn(head, head, begin)[0];
    // What was given to `writeHead` alone is only in the text.
    if (response.getHeaderNames().length > 0) return undefined;
    lower ??= head.toLowerCase();
    const values = valuesIn(head, lower, `\r\n${name}: `);
    return values.length > 1 ? values : values[0];
  };
}

/** All that stands behind these beginnings of lines, of which `searched` has the same length. */
function valuesIn(head: string, searched: string, begin: string): readonly string[] {
  const values: string[] = [];
  for (let at = searched.indexOf(begin); at >= 0; at = searched.indexOf(begin, at + 2)) {
    values.push(head.slice(at + begin.length, head.indexOf('\r\n', at + begin.length)));
  }
  return values;
}
