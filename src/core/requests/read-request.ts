import { readProperty } from '../read-property.ts';
import { snapshotText } from '../snapshot.ts';
import { headerNamed, readHeaders } from '../propagation/headers.ts';
import type { HeadersInput } from '../propagation/headers.ts';
import type { RequestContext, RequestDetails, ResponseInput } from './request.ts';

export const maxMethod = 64;

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

export function routeOf(route: unknown): string | undefined {
  return route === undefined ? undefined : snapshotText(route, 1_024);
}

/** The one that is given, or came along; `undefined` when it is none. */
export function requestIdOf({ requestId, headers }: Read<RequestDetails>): string | undefined {
  const given = requestId ?? headerNamed(headers as HeadersInput | undefined, 'x-request-id');
  return isRequestId(given) ? given : undefined;
}

/** Whether it may be an identifier of a request: what comes from outside is written into logs and headers, and must not break either. */
export function isRequestId(given: unknown): given is string {
  return typeof given === 'string' && /^[\w.:/+=@-]{1,128}$/.test(given);
}

/**
 * Asks the headers of a request, of any shape, for one by its lower-case name; throws when they cannot be read. `undefined` where there
 * are none.
 */
export function headerReader(headers: unknown): ((name: string) => unknown) | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (typeof headers !== 'object') return unreadable;
  const { named } = readHeaders(headers as HeadersInput, unreadable);
  return (name) => {
    const values = named(name);
    return values.length > 1 ? values : values[0];
  };
}

function unreadable(): never {
  throw new TypeError('headers that cannot be read');
}
