import { readProperty } from '../read-property.ts';
import { snapshotText } from '../snapshot.ts';
import { traceOfParent } from '../tracing/span-parent.ts';
import { entriesOf, headerNamed } from '../propagation/headers.ts';
import type { HeadersInput } from '../propagation/headers.ts';
import type { RequestContext, RequestDetails, ResponseInput } from './request.ts';

export const maxMethod = 64;
const maxHeaders = 100;

/** What was read: of any type. */
export type Read<O> = { readonly [K in keyof O]?: unknown };

/** One by one, as a getter of the application may throw: what cannot be read is `[unreadable]`, and the rest arrives. */
export function readDetails(details: unknown): Read<RequestDetails> {
  const read = reader(details);
  return {
    params: read('params'),
    headers: read('headers'),
    route: read('route'),
    attributes: read('attributes'),
    requestId: read('requestId'),
    parent: read('parent'),
  };
}

export function readResponse(response: unknown): Read<ResponseInput> {
  const read = reader(response);
  return {
    status: read('status'),
    duration: read('duration'),
    route: read('route'),
    responseData: read('responseData'),
    error: read('error'),
    attributes: read('attributes'),
  };
}

function reader(value: unknown): (key: string) => unknown {
  const object = Object(value);
  return (key) => readProperty(object, key);
}

export function isContext(value: unknown): value is RequestContext {
  return typeof reader(value)('requestId') === 'string';
}

/** Of a request that began elsewhere: in another process, or before a copy was made of its context. */
export function foreignContext(given: unknown): RequestContext {
  const read = reader(given);
  return {
    requestId: snapshotText(read('requestId'), 128),
    method: snapshotText(read('method') ?? '', maxMethod),
    path: snapshotText(read('path') ?? ''),
    startTime: Number(read('startTime')),
    trace: traceOfParent(read('trace') ?? null) ?? undefined,
  };
}

export function routeOf(route: unknown): string | undefined {
  return route === undefined ? undefined : snapshotText(route, 1_024);
}

/** What may come from outside is written into logs and headers: nothing in it can break either. */
export function requestIdOf({ requestId, headers }: Read<RequestDetails>): string | undefined {
  const given = requestId ?? headerNamed(headers as HeadersInput | undefined, 'x-request-id');
  return typeof given === 'string' && /^[\w.:/+=@-]{1,128}$/.test(given) ? given : undefined;
}

export function snapshotHeaders(headers: unknown): Readonly<Record<string, string>> | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (typeof headers !== 'object') return { '…': snapshotText(headers) };
  try {
    const entries = entriesOf(headers as HeadersInput);
    const kept = entries.slice(0, maxHeaders).map(([name, value]) => [
      snapshotText(name, 256).toLowerCase(),
      snapshotText(Array.isArray(value) ? value.join(', ') : value),
    ]);
    const more = entries.length - kept.length;
    return Object.fromEntries(more > 0 ? [...kept, ['…', `${more} more`]] : kept);
  } catch {
    // Headers of the application whose reading throws.
    return { '…': '[unreadable]' };
  }
}
