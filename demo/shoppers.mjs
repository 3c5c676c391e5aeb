// Shoppers: real HTTP requests, a few a second. They stand for the world outside: a process without the SDK, so that every request of
// theirs begins its trace in the backend.
import { setTimeout as wait } from 'node:timers/promises';
import { startedByDemo } from './started-by-demo.mjs';

const { SHOP_URL: url, SHOPPERS: count } = process.env;
const products = ['lamp', 'mug', 'notebook', 'plant', 'headphones', 'backpack'];
const cards = { good: '4242 4242 4242 4242', declined: '4000 0000 0000 0002', failing: '4000 0000 0000 0000' };

const leaving = new AbortController();
const { signal } = leaving;

async function call(method, path, body) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'user-agent': 'shop-shopper/1.0', ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
    signal,
  });
  return response.json();
}

async function visit() {
  await call('GET', '/api/products');
  await pause();
  await call('GET', `/api/products/${chance(0.1) ? 'unicorn' : any(products)}`);
  await pause();
  if (chance(0.5)) await call('GET', '/api/recommendations');
  if (chance(0.2)) await call('GET', '/api/reviews');
  const { cart } = await call('POST', '/api/cart', { product: any(products), quantity: 1 });
  await pause();
  if (chance(0.5)) await call('POST', '/api/cart', { cart, product: any(products), quantity: 2 });
  await pause();
  if (chance(0.2)) return;
  await call('POST', '/api/checkout', { cart, card: chance(0.1) ? cards.declined : chance(0.1) ? cards.failing : cards.good });
}

async function shop() {
  while (!signal.aborted) {
    try {
      await visit();
      await pause();
    } catch (error) {
      if (signal.aborted) return;
      process.send({ warning: 'a shopper gave up', attributes: { reason: String(error) } });
      await wait(1_000, undefined, { signal }).catch(() => undefined);
    }
  }
}

function pause() {
  return wait(200 + Math.random() * 1_000, undefined, { signal });
}

function any(list) {
  return list[Math.floor(Math.random() * list.length)];
}

function chance(share) {
  return Math.random() < share;
}

const all = Promise.all(Array.from({ length: Number(count) }, shop));
startedByDemo({
  started: true,
  async stop() {
    leaving.abort();
    await all;
  },
});
