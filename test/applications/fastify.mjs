import fastify from 'fastify';
import shop from './shop.cjs';

const app = fastify();
app.get('/orders/:id', async (request) => shop.findOrder(request.params.id));
app.get('/broken/:id', async (request) => shop.fail(request.params.id));

app.listen({ port: 0, host: '127.0.0.1' }, () => shop.started(app.server));
