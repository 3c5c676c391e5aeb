const express = require('express');
const shop = require('./shop.cjs');

const app = express();
const orders = express.Router();
orders.get('/:id', async (request, response) => {
  response.json(await shop.findOrder(request.params.id));
});
app.use('/orders', orders);
app.get('/broken/:id', async (request) => shop.fail(request.params.id));
app.use((error, _request, response, _next) => {
  response.status(500).json({ message: error.message });
});

const server = app.listen(0, '127.0.0.1', () => shop.started(server));
