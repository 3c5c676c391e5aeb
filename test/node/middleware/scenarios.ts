import type { SignalKind } from '#sdk';
import { request } from './client.ts';
import type { Client } from './client.ts';

/** What a scenario does with a framework that is served. */
export interface Stage {
  readonly client: Client;
  /** Waits until as many requests, or answers, were told of. */
  told(kind: 'request' | 'response', count?: number): Promise<void>;
  /** Waits until a handler has been called. */
  entered(): Promise<void>;
  /** Lets the handlers that wait go on. */
  release(): void;
  /** Lets the deadline of the manager pass. */
  passDeadline(): void;
}

/** What was told of one request. */
export interface Told {
  /** In order. A handler that was called says so with a `log`. */
  readonly kinds: readonly SignalKind[];
  readonly status: string;
  readonly statusCode: number | undefined;
  readonly route: string | undefined;
  readonly params: unknown;
  /** `type: message` */
  readonly error: string | undefined;
  /** `error.type` */
  readonly errorType: string | undefined;
  /** What the span has recorded, as `error`; `undefined` when it has none. */
  readonly exception: string | undefined;
  /** Whether all of its signals have one request id, which handlers see, and one trace. */
  readonly isCorrelated: boolean;
}

export interface Scenario {
  readonly name: string;
  act(stage: Stage): Promise<unknown>;
  /** One of each request that is to be told of, in order. What a framework decides itself is left out. */
  readonly expected: readonly Partial<Told>[];
  /** How many answers reach the client. Default: as many as are expected to be told of. Each has the id of its request. */
  readonly answers?: number;
}

/** Milliseconds of the manager's own clock. */
export const deadline = 50;

const handled: readonly SignalKind[] = ['request', 'log', 'metric', 'response', 'span'];
const unhandled: readonly SignalKind[] = handled.filter((kind) => kind !== 'log');
const good = { kinds: handled, status: 'success', statusCode: 200, error: undefined, errorType: undefined, exception: undefined, isCorrelated: true };
const order = (id: string): Partial<Told> => ({ ...good, route: '/orders/:id', params: { id } });
const error = 'RangeError: no such order';
const failed = { ...good, status: 'error', statusCode: 500, error, errorType: 'RangeError', exception: error };
const cutOff = { ...good, status: 'error', errorType: 'aborted' };

const whole = JSON.stringify({ article: 'lamp' });
const answered = /HTTP\/1\.1 \d{3}/;

/** What each framework is put through, over real sockets. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'success',
    act: ({ client }) => (client.send(request('GET /orders/7?color=red')), client.gets('"7"')),
    expected: [order('7')],
  },
  {
    name: 'a mounted router with a parameter',
    act: ({ client }) => (client.send(request('GET /shops/berlin/items/9')), client.gets('"9"')),
    expected: [{ ...good, route: '/shops/:shop/items/:item', params: { shop: 'berlin', item: '9' } }],
  },
  {
    name: '404',
    act: ({ client }) => (client.send(request('GET /unknown/7')), client.gets(' 404 ')),
    expected: [{ ...good, kinds: unhandled, statusCode: 404, route: undefined, params: undefined }],
  },
  {
    name: 'thrown error',
    act: ({ client }) => (client.send(request('GET /throws/7')), client.gets(' 500 ')),
    expected: [{ ...failed, route: '/throws/:id', params: { id: '7' } }],
  },
  {
    name: 'async rejection',
    act: ({ client }) => (client.send(request('GET /rejects/7')), client.gets(' 500 ')),
    expected: [{ ...failed, route: '/rejects/:id', params: { id: '7' } }],
  },
  {
    name: 'abort before the answer',
    async act({ client, entered, told, release }) {
      client.send(request('GET /hangs'));
      await entered();
      client.hangUp();
      await told('response');
      release();
    },
    expected: [{ ...cutOff, route: '/hangs', statusCode: undefined }],
    answers: 0,
  },
  {
    name: 'abort in the answer',
    async act({ client, told, release }) {
      client.send(request('GET /begins'));
      await client.gets('begun');
      client.hangUp();
      await told('response');
      release();
    },
    expected: [{ ...cutOff, route: '/begins', statusCode: 200 }],
    answers: 1,
  },
  {
    name: 'streaming',
    act: ({ client }) => (client.send(request('GET /streams')), client.gets('last piece')),
    expected: [{ ...good, route: '/streams' }],
  },
  {
    name: 'a body',
    act: ({ client }) => (client.send(request('POST /orders', { body: whole })), client.gets('lamp')),
    expected: [{ ...good, statusCode: 201, route: '/orders', params: undefined }],
  },
  {
    name: 'a malformed body',
    act: ({ client }) => (client.send(request('POST /orders', { body: '{"article":' })), client.gets(' 400 ')),
    // Whether a handler is called, and what the error is, is up to the framework.
    expected: [{ status: 'success', statusCode: 400, errorType: undefined, isCorrelated: true }],
  },
  {
    name: 'abort in the body',
    async act({ client, told }) {
      client.send(request('POST /orders', { body: whole }).slice(0, -5));
      await told('request');
      client.hangUp();
      await told('response');
    },
    // Some answer what nobody will read.
    expected: [{ status: 'error', errorType: 'aborted', isCorrelated: true }],
    answers: 0,
  },
  {
    name: 'writeHead twice',
    async act({ client, told }) {
      client.send(request('GET /twice', { headers: ['connection: close'] }));
      await told('response');
    },
    // Each framework tries to answer what cannot be answered any more, in its own way.
    expected: [{ kinds: handled, route: '/twice', isCorrelated: true }],
    answers: Number.NaN,
  },
  {
    name: 'never answered',
    async act({ client, entered, told, passDeadline, release }) {
      client.send(request('GET /hangs'));
      await entered();
      passDeadline();
      await told('response');
      // Too late: nobody is told again.
      release();
      await client.gets(' 200 ');
    },
    expected: [{ ...good, status: 'abandoned', statusCode: undefined, route: '/hangs', errorType: 'abandoned' }],
    answers: 1,
  },
  {
    name: 'pipelining',
    act: ({ client }) => (client.send(request('GET /orders/1'), request('GET /orders/2')), client.gets('HTTP/1.1 200', 2)),
    expected: [order('1'), order('2')],
  },
  {
    name: 'pipelining, then abort',
    async act({ client, told, entered, release }) {
      client.send(request('GET /hangs'), request('GET /orders/2'));
      await entered();
      await told('request', 2);
      client.hangUp();
      await told('response', 2);
      release();
    },
    // The second waits for its turn, which never comes.
    expected: [{ ...cutOff, route: '/hangs', statusCode: undefined }, { status: 'error', errorType: 'aborted', route: '/orders/:id' }],
    answers: 0,
  },
  {
    name: 'keep-alive',
    async act({ client, told }) {
      client.send(request('GET /orders/1'));
      await told('response');
      client.send(request('GET /unknown'));
      await told('response', 2);
      client.send(request('GET /orders/3'));
      await client.gets('"3"');
    },
    expected: [order('1'), { statusCode: 404, route: undefined, params: undefined }, order('3')],
  },
  {
    name: 'an upgrade that nobody takes',
    act: ({ client }) => (client.send(request('GET /orders/7', { headers: ['connection: upgrade', 'upgrade: websocket'] })), client.gets('"7"')),
    expected: [order('7')],
  },
];

/** How many answers a client has got, of what it received. */
export function countAnswers(received: string): number {
  return received.split(answered).length - 1;
}
