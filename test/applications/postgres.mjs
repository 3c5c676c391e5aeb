import express from 'express';
import pg from 'pg';
import shop from './shop.cjs';

const pool = new pg.Pool();
const app = express();
app.get('/orders/:id', async (request, response) => {
  const { rows } = await pool.query('SELECT name FROM orders WHERE id = $1', [request.params.id]);
  response.json(rows[0]);
});

const server = app.listen(0, '127.0.0.1', () => shop.started(server));
server.on('close', () => pool.end());
