// What a handler throws and its framework answers for: captured when `errorTracking.failedRequests` asks for it.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ObservabilityOptions, SignalOf } from '#sdk';
import { incomingRequests } from '#sdk';
import { recorded } from '../../helpers/recorded.ts';
import { until } from '../sources/observed.ts';
import { connectTo, request } from './client.ts';
import type { Handlers, StartFramework } from './framework.ts';
import { startExpress } from './start-express.ts';
import { startFastify } from './start-fastify.ts';
import { startHono } from './start-hono.ts';
import { startKoa } from './start-koa.ts';

interface Seen {
  readonly errors: readonly SignalOf<'error'>[];
  readonly response: SignalOf<'response'>;
  readonly span: SignalOf<'span'>;
  readonly repeated: number;
}

async function ask(
  start: StartFramework,
  path: string,
  failure: unknown,
  options: ObservabilityOptions['errorTracking'],
  entered?: (error: unknown, capture: (error: unknown) => void) => void,
): Promise<Seen> {
  const { obs, ofKind, only } = recorded({ environment: 'production', sources: [incomingRequests()], errorTracking: options });
  const handlers: Handlers = {
    entered: () => entered?.(failure, (error) => obs.errorTracker.captureException(error)),
    failure: () => failure as Error,
    released: Promise.resolve(),
    pieces: async function* () {},
    writeHeadTwice: () => undefined,
  };
  const { server, close } = await start(obs, handlers);
  const client = await connectTo((server.address() as AddressInfo).port);
  client.send(request(`GET ${path}`, { headers: ['connection: close'] }));
  try {
    await until(() => ofKind('response').length > 0);
  } finally {
    const closed = once(server, 'close');
    await close();
    await closed;
  }
  const seen = { errors: ofKind('error'), response: only('response'), span: only('span'), repeated: obs.ledger().filtered.repeated };
  await obs.shutdown();
  return seen;
}

const frameworks: readonly (readonly [string, StartFramework])[] = [
  ['Express', startExpress],
  ['Fastify', startFastify],
  ['Koa', startKoa],
  ['Hono', startHono],
];

describe.each(frameworks)('a request that fails in %s', (_, start) => {
  it.each(['/throws/7', '/rejects/7'])('gives one error, linked to it: %s', async (path) => {
    const { errors, response, span } = await ask(start, path, new RangeError('out of stock'), { failedRequests: true });
    expect(errors).toHaveLength(1);
    const [error] = errors;
    expect(error).toMatchObject({ name: 'RangeError', error: { message: 'out of stock' }, handled: false, level: 'error', mechanism: 'http' });
    expect(error?.requestId).toBe(response.requestId);
    expect(error?.trace).toEqual(span.trace);
    expect(error?.attributes).toMatchObject({ 'http.request.method': 'GET', 'url.path': path });
    expect(response).toMatchObject({ status: 'error', statusCode: 500 });
  });

  it('gives no second one of what its handler has captured', async () => {
    const { errors, repeated } = await ask(start, '/throws/7', new RangeError('out of stock'), { failedRequests: true }, (error, capture) => capture(error));
    expect(errors).toMatchObject([{ mechanism: 'generic', handled: true }]);
    expect(repeated).toBe(1);
  });

  it('gives none unless that was asked for', async () => {
    const { errors, response } = await ask(start, '/throws/7', new RangeError('out of stock'), undefined);
    expect(errors).toEqual([]);
    expect(response.error).toMatchObject({ type: 'RangeError' });
  });
});

it('a request that is the fault of its client gives none', async () => {
  const notFound = Object.assign(new Error('no such order'), { status: 404, statusCode: 404 });
  const { errors, response } = await ask(startExpress, '/throws/7', notFound, { failedRequests: true });
  expect(response.statusCode).toBe(404);
  expect(errors).toEqual([]);
});
