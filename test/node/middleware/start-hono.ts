import { createAdaptorServer } from '@hono/node-server';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { honoRequests } from '../../../src/node/middleware/hono.ts';
import type { StartFramework } from './framework.ts';
import { listening } from './serve-on.ts';

export const startHono: StartFramework = async (obs, { entered, failure, released, pieces, writeHeadTwice }) => {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(honoRequests({ obs }));
  app.onError((_, c) => c.text('failed', 500));
  app.get('/orders/:id', (c) => {
    entered();
    return c.json({ id: c.req.param('id') });
  });
  app.post('/orders', async (c) => {
    const article = await c.req.json().then(
      (order) => order.article,
      () => undefined,
    );
    if (article === undefined) return c.text('no JSON', 400);
    entered();
    return c.json({ article }, 201);
  });
  app.get('/throws/:id', () => {
    entered();
    throw failure();
  });
  app.get('/rejects/:id', async () => {
    entered();
    await Promise.resolve();
    throw failure();
  });
  app.get('/hangs', async (c) => {
    entered();
    await released;
    return c.text('ok');
  });
  app.get('/begins', (c) => {
    entered();
    return stream(c, async (out) => {
      await out.write('begun');
      await released;
    });
  });
  app.get('/streams', (c) => {
    entered();
    return stream(c, async (out) => {
      for await (const piece of pieces()) await out.write(piece);
    });
  });
  app.get('/twice', (c) => {
    entered();
    writeHeadTwice(c.env.outgoing as never);
    return c.text('ok');
  });
  const shop = new Hono();
  shop.get('/items/:item', (c) => {
    entered();
    return c.json({ item: c.req.param('item') });
  });
  app.route('/shops/:shop', shop);
  return listening(createAdaptorServer({ fetch: app.fetch }) as never);
};
