import { Readable } from 'node:stream';
import Router from '@koa/router';
import Koa from 'koa';
import { koaRequests } from '../../../src/node/middleware/koa.ts';
import type { StartFramework } from './framework.ts';
import { serveOn } from './serve-on.ts';

export const startKoa: StartFramework = async (obs, { entered, failure, released, pieces, writeHeadTwice }) => {
  const app = new Koa();
  app.silent = true;
  app.use(koaRequests({ obs }));
  const router = new Router();
  router.get('/orders/:id', (ctx) => {
    entered();
    ctx.body = { id: ctx.params.id };
  });
  router.post('/orders', async (ctx) => {
    const article = await articleOf(ctx.req).catch(() => ctx.throw(400, 'no JSON'));
    entered();
    ctx.status = 201;
    ctx.body = { article };
  });
  router.get('/throws/:id', () => {
    entered();
    throw failure();
  });
  router.get('/rejects/:id', async () => {
    entered();
    await Promise.resolve();
    throw failure();
  });
  router.get('/hangs', async (ctx) => {
    entered();
    await released;
    ctx.body = 'ok';
  });
  router.get('/begins', (ctx) => {
    entered();
    ctx.body = Readable.from(
      (async function* () {
        yield 'begun';
        await released;
      })(),
    );
  });
  router.get('/streams', (ctx) => {
    entered();
    ctx.body = Readable.from(pieces());
  });
  router.get('/twice', (ctx) => {
    entered();
    try {
      writeHeadTwice(ctx.res);
    } finally {
      // Koa leaves open what it cannot answer.
      ctx.res.end();
    }
  });
  const shop = new Router();
  shop.get('/items/:item', (ctx) => {
    entered();
    ctx.body = { item: ctx.params.item };
  });
  router.use('/shops/:shop', shop.routes());
  app.use(router.routes()).use(router.allowedMethods());
  return serveOn(app.callback());
};

async function articleOf(request: AsyncIterable<Uint8Array>): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  for await (const piece of request) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString()).article;
}
