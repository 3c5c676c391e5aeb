import { Readable } from 'node:stream';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { fastifyRequests } from '../../../src/node/middleware/fastify.ts';
import type { FrameworkServer, Handlers, StartFramework } from './framework.ts';

export async function listening(app: FastifyInstance): Promise<FrameworkServer> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    server: app.server,
    async close() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

/** The routes of every framework, in Fastify. */
export function mount(app: FastifyInstance, { entered, failure, released, pieces, writeHeadTwice }: Handlers): void {
  app.get<{ Params: { id: string } }>('/orders/:id', (request, reply) => {
    entered();
    reply.send({ id: request.params.id });
  });
  app.post('/orders', async ({ body }, reply) => {
    entered();
    return reply.status(201).send(body);
  });
  app.register(
    async (shop) => {
      shop.get<{ Params: { item: string } }>('/items/:item', async ({ params }) => {
        entered();
        return { id: params.item };
      });
    },
    { prefix: '/shops/:shop' },
  );
  app.get('/throws/:id', () => {
    entered();
    throw failure();
  });
  app.get('/rejects/:id', async () => {
    entered();
    await new Promise(setImmediate);
    throw failure();
  });
  app.get('/hangs', async () => {
    entered();
    await released;
    return 'late';
  });
  app.get('/begins', async (_, reply) => {
    entered();
    async function* begun(): AsyncGenerator<string> {
      yield 'begun';
      await released;
    }
    return reply.send(Readable.from(begun()));
  });
  app.get('/streams', async (_, reply) => {
    entered();
    return reply.send(Readable.from(pieces()));
  });
  app.get('/twice', (_, reply) => {
    entered();
    writeHeadTwice(reply.raw);
  });
}

export const startFastify: StartFramework = async (obs, handlers) => {
  const app = Fastify();
  await app.register(fastifyRequests, { obs });
  mount(app, handlers);
  return listening(app);
};

/** What the source sees by itself. */
export const startBareFastify: StartFramework = async (_, handlers) => {
  const app = Fastify();
  mount(app, handlers);
  return listening(app);
};
