import type { ClientRequest } from '../../core/http/client-requests.ts';
import { headerReader } from '../../core/requests/read-request.ts';

/** A call of `fetch`, as far as it is looked at: nothing here reads a body, or makes a request of its own. */
export interface FetchCall {
  readonly method: string;
  readonly address: string;
  /** Whether it may be given headers. */
  readonly carries: boolean;
  readonly signal: AbortSignal | null | undefined;
  /** One of the headers it was given, by lower-case name; none where looking at them would use them up. */
  readonly header: (name: string) => unknown;
  /** What it was given to send: of a `Request` it is unknown, as it can be read only once. */
  readonly body: () => unknown;
  /** The arguments of the same call with these headers. */
  carrying(client: ClientRequest): unknown[];
}

/** Throws what reading the arguments throws: then the browser will refuse the call as well. */
export function readFetchCall([input, init, ...rest]: readonly unknown[]): FetchCall {
  const request = isRequest(input) ? input : undefined;
  const given = (init ?? {}) as RequestInit;
  // Once: it may be a text of its own each time.
  const address = request?.url ?? String(input);
  const { method = request?.method ?? 'GET', mode = request?.mode, signal = request?.signal } = given;
  return {
    method: String(method),
    address,
    // Without permission no header arrives but the simplest; and a navigation that gets an `init` is none any more.
    carries: mode !== 'no-cors' && mode !== 'navigate' && isCopyable(given),
    signal,
    header: readerOf(given.headers ?? request?.headers),
    body: () => given.body,
    carrying(client) {
      const copy = copyOf(given);
      if (request !== undefined && Object.values(copy).every((value) => value === undefined)) {
        // An `init` that says anything takes these from the request: https://fetch.spec.whatwg.org/#dom-request
        copy.referrer = request.referrer;
        copy.referrerPolicy = request.referrerPolicy;
      }
      // Not into the request's own headers: the application may send it again, to somewhere else.
      copy.headers = withHeaders(copy.headers ?? request?.headers ?? {}, client);
      return [request ?? address, copy, ...rest];
    },
  };
}

/** Of a frame, too. */
function isRequest(input: unknown): input is Request {
  return Object.prototype.toString.call(input) === '[object Request]';
}

/** What a browser would read of other objects, a loop over their keys may not find. */
function isCopyable(init: RequestInit): boolean {
  const prototype: unknown = Object.getPrototypeOf(init);
  return prototype === null || prototype === Object.prototype || isRequest(init);
}

function copyOf(init: RequestInit): RequestInit {
  const copy: Record<string, unknown> = {};
  // A request's properties are its prototype's.
  for (const key in init) copy[key] = init[key as keyof RequestInit];
  return copy;
}

function readerOf(headers: HeadersInit | undefined): (name: string) => unknown {
  // What gives its entries in a way of its own, such as a generator, may give them only once.
  const isKept = !(Symbol.iterator in Object(headers)) || kept.has(Object.prototype.toString.call(headers));
  const read = isKept ? headerReader(headers) : undefined;
  return (name) => {
    try {
      return read?.(name);
    } catch {
      // The browser will say so: it rejects, and does not throw.
      return undefined;
    }
  };
}

const kept: ReadonlySet<string> = new Set(['[object Array]', '[object Headers]', '[object Map]']);

/** In the form they came in, so that the names keep their case. */
function withHeaders(given: HeadersInit, { headers, stale }: ClientRequest): HeadersInit {
  const stays = ([name]: readonly string[]): boolean => !stale.includes(lowerCase(name));
  if (!(Symbol.iterator in given)) return { ...Object.fromEntries(Object.entries(given).filter(stays)), ...headers };
  const own = [...given].filter(stays);
  // In those that could not be looked at before, there may be an id of the application's own: that stays, and alone.
  const names = new Set(own.map(([name]) => lowerCase(name)));
  return [...own, ...Object.entries(headers).filter(([name]) => !names.has(name))] as [string, string][];
}

function lowerCase(name: unknown): string {
  return String(name).toLowerCase();
}
