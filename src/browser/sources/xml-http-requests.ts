import { Observable } from 'rxjs';
import type { OutgoingRequestsOptions } from '../../core/http/client-ignore.ts';
import type { ClientRequest } from '../../core/http/client-requests.ts';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';
import { createPageIgnore } from './page-ignore.ts';
import { createPageRequests, endAnswered, endUnanswered } from './page-requests.ts';
import type { BeginPageRequest } from './page-requests.ts';
import { patchMethod } from './patch-method.ts';
import { readableHeaders } from './readable-headers.ts';
import { xmlHttpResponseBody } from './xml-http-response-body.ts';

const name = 'xml-http-requests';

/**
 * Every `XMLHttpRequest` of the page is a request and a response, and a span, from `send` until it is over, body included. It tells its
 * id and its trace where `tracing.propagateTo` allows. Silent where there is none, as in a service worker.
 * @throws ConfigurationError for wrong options
 */
export function xmlHttpRequests(options: OutgoingRequestsOptions = {}): Source {
  const ignores = createPageIgnore('xmlHttpRequests', name, options);
  return {
    name,
    observe: ({ requests, tracing }: SourceContext) =>
      new Observable((subscriber) => {
        if (typeof XMLHttpRequest === 'function') subscriber.add(patch(tracing, createPageRequests({ requests, tracing }, ignores)));
      }),
  };
}

/** A request from `open` on. */
interface Opened {
  readonly method: string;
  readonly address: string;
  /** Headers of the application that may have to go: the browser joins what is set twice. */
  readonly held: (readonly [name: string, value: string])[];
  /** All that the application set, by lower-case name. */
  readonly set: Map<string, string>;
  sent: boolean;
  /** While it has not ended: ends it with a status, or with the event that told of a failure. */
  settle?: ((event: string, status: number) => void) | undefined;
}

/** By the event that tells of it, what a request without an answer failed with; a listener of the application may stop all but the last. */
const failures: Readonly<Record<string, string>> = {
  error: 'NetworkError',
  abort: 'AbortError',
  timeout: 'TimeoutError',
  loadend: 'NetworkError',
};

function patch(tracing: SourceTracing, begin: BeginPageRequest): () => void {
  const { prototype } = XMLHttpRequest;
  const requests = new WeakMap<object, Opened>();
  /** Those whose headers wait for `send`. */
  const holding = new Set<XMLHttpRequest>();
  const { setRequestHeader } = prototype;

  /** Sets what the application set and is not replaced, and what is added. */
  function setHeaders(request: XMLHttpRequest, held: Opened['held'], client?: ClientRequest): void {
    holding.delete(request);
    const kept = held.splice(0).filter(([name]) => client?.stale.includes(name.toLowerCase()) !== true);
    for (const header of [...kept, ...Object.entries(client?.headers ?? {})]) Reflect.apply(setRequestHeader, request, header);
  }

  /** Keeps a header back until it is known whether it stays. */
  function hold(request: XMLHttpRequest, { held }: Opened, header: Opened['held'][number]): void {
    held.push(header);
    holding.add(request);
  }

  const undo = [
    patchMethod(prototype, 'open', (original, self, args) => {
      const request = self as XMLHttpRequest;
      const before = requests.get(request);
      const isOver = before !== undefined && request.readyState === XMLHttpRequest.DONE;
      const status = isOver ? request.status : 0;
      // Once: it may be a text of its own each time.
      const [method, address, ...rest] = args.length < 2 ? args : [String(args[0]), String(args[1]), ...args.slice(2)];
      const result = Reflect.apply(original, self, args.length < 2 ? args : [method, address, ...rest]);
      // What was under way is given up without an event.
      before?.settle?.(isOver ? 'error' : 'abort', status);
      holding.delete(request);
      requests.set(request, { method: String(method), address: String(address), held: [], set: new Map(), sent: false });
      return result;
    }),
    patchMethod(prototype, 'setRequestHeader', (original, self, args) => {
      const request = self as XMLHttpRequest;
      const opened = requests.get(request);
      const [name, value] = args;
      const waits =
        opened?.sent === false &&
        typeof name === 'string' &&
        tracing.fields.includes(name.toLowerCase()) &&
        typeof value === 'string' &&
        // The others the browser refuses at once.
        /^[ -~]*$/.test(value);
      const result = waits ? hold(request, opened, [name, value]) : Reflect.apply(original, self, args);
      // Only now: it may have been refused.
      if (typeof name === 'string' && typeof value === 'string') remember(opened?.set, name.toLowerCase(), value.trim());
      return result;
    }),
    patchMethod(prototype, 'send', (original, self, args) => {
      const request = self as XMLHttpRequest;
      const opened = requests.get(request);
      const send = (): unknown => Reflect.apply(original, self, args);
      if (opened === undefined || opened.sent || request.readyState !== XMLHttpRequest.OPENED) return send();
      opened.sent = true;
      const { method, address, held } = opened;
      // With these methods no body is sent. https://xhr.spec.whatwg.org/#the-send()-method
      const body = (): unknown => (/^(get|head)$/i.test(method) ? undefined : args[0]);
      const client = begin({ method, address, carries: true, header: (name) => opened.set.get(name), body });
      setHeaders(request, held, client);
      if (client === undefined) return send();
      follow(request, opened, client.request);
      try {
        return send();
      } catch (error) {
        // One that is not asynchronous tells this way.
        opened.settle?.(error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'error', 0);
        throw error;
      }
    }),
  ];
  return () => {
    for (const step of undo) step();
    for (const request of holding) setHeaders(request, requests.get(request)?.held ?? []);
  };
}

/** What is set twice the browser joins. */
function remember(set: Opened['set'] | undefined, name: string, value: string): void {
  const before = set?.get(name);
  set?.set(name, before === undefined ? value : `${before}, ${value}`);
}

/** Ends what is told of the request with it; an answer before the application's listeners for `load` hear of it. */
function follow(request: XMLHttpRequest, opened: Opened, observed: OpenRequest): void {
  const hear = ({ type }: Event): void => {
    // With an answer it has a status from its headers on, and is over with its body.
    const isOver = type !== 'readystatechange' || (request.readyState === XMLHttpRequest.DONE && request.status > 0);
    if (isOver) opened.settle?.(type, request.status);
  };
  const events = ['readystatechange', ...Object.keys(failures)];
  opened.settle = (event, status) => {
    opened.settle = undefined;
    for (const type of events) request.removeEventListener(type, hear, true);
    if (status > 0) answered(request, status, observed);
    else endUnanswered(observed, String(failures[event]));
  };
  for (const type of events) request.addEventListener(type, hear, true);
}

function answered(request: XMLHttpRequest, status: number, observed: OpenRequest): void {
  const header = readableHeaders(request);
  try {
    if (observed.bodies !== undefined) observed.tell({ data: xmlHttpResponseBody(request, observed.bodies, header) });
  } catch {
    // It was opened anew meanwhile, or a patch below has a way of its own: there is no body to be read.
  }
  endAnswered(observed, status, header);
}
