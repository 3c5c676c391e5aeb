import express from 'express';
import type { Application } from 'express';
import { expressRequests } from '../../../src/node/middleware/express.ts';
import type { Handlers, StartFramework } from './framework.ts';
import { serveOn } from './serve-on.ts';

/** The routes of every framework, in Express. */
export function mount(app: Application, { entered, failure, released, pieces, writeHeadTwice }: Handlers): void {
  // It would print each error.
  app.set('env', 'test');
  app.use(express.json());
  app.get('/orders/:id', ({ params }, response) => (entered(), response.json({ id: params.id })));
  app.post('/orders', ({ body }, response) => (entered(), response.status(201).json(body)));
  // Without the parameters of what it is mounted at, as is the default.
  const items = express.Router();
  items.get('/items/:item', ({ params }, response) => (entered(), response.json({ id: params.item })));
  app.use('/shops/:shop', items);
  app.get('/throws/:id', () => {
    entered();
    throw failure();
  });
  app.get('/rejects/:id', async () => {
    entered();
    await new Promise(setImmediate);
    throw failure();
  });
  app.get('/hangs', async (_, response) => {
    entered();
    await released;
    response.json('late');
  });
  app.get('/begins', async (_, response) => {
    entered();
    response.write('begun');
    await released;
    response.end();
  });
  app.get('/streams', async (_, response) => {
    entered();
    for await (const piece of pieces()) response.write(piece);
    response.end();
  });
  app.get('/twice', (_, response) => (entered(), writeHeadTwice(response)));
}

export const startExpress: StartFramework = (obs, handlers) => {
  const app = express();
  app.use(expressRequests({ obs }));
  mount(app, handlers);
  return serveOn(app);
};

/** What the source sees by itself. */
export const startBareExpress: StartFramework = (_, handlers) => {
  const app = express();
  mount(app, handlers);
  return serveOn(app);
};
