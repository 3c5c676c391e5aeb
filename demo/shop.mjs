// The shop itself: a catalogue, carts, the checkout. Spans say what it does, the profiler how long its functions take; its requests,
// those it gets and those it makes, are not its business.
import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from './refusal.mjs';

const maxCarts = 1_000;
const maxQuantity = 20;
const shelf = 40;
const catalogue = [
  { id: 'lamp', name: 'Desk lamp', price: 4_900 },
  { id: 'mug', name: 'Stoneware mug', price: 1_450 },
  { id: 'notebook', name: 'Dotted notebook', price: 990 },
  { id: 'plant', name: 'Rubber plant', price: 2_600 },
  { id: 'headphones', name: 'Headphones', price: 12_900 },
  { id: 'backpack', name: 'Backpack', price: 7_900 },
];

export function createShop({ obs, orders, paymentsUrl }) {
  const { tracer, profiler } = obs;
  const stock = new Map(catalogue.map(({ id }) => [id, shelf]));
  const carts = new Map();
  let lastCart = 0;
  let lastOrder = 1_000;

  function product(id) {
    const found = catalogue.find((one) => one.id === id);
    if (found === undefined) throw new Refusal(404, 'There is no such product.');
    return { ...found, stock: stock.get(id) };
  }

  const subtotal = profiler.profileFunction({ name: 'subtotal' })((lines) => lines.reduce((sum, { id, quantity }) => sum + product(id).price * quantity, 0));
  const discount = profiler.profileFunction({ name: 'discount' })(async (amount) => {
    await wait(between(2, 9));
    return amount >= 10_000 ? Math.round(amount * 0.1) : 0;
  });
  const vat = profiler.profileFunction({ name: 'vat' })((amount) => Math.round(amount * 0.2));

  const reserveStock = tracer.traceFunction({ name: 'reserve stock' })(async (lines) => {
    for (const { id, quantity } of lines) {
      await tracer.startSpan('reserve item', { attributes: { 'product.id': id, quantity } }, async (span) => {
        await wait(between(5, 20));
        if (stock.get(id) < quantity) throw new Refusal(409, `Only ${stock.get(id)} left of ${product(id).name}.`);
        stock.set(id, stock.get(id) - quantity);
        span.setAttribute('stock.left', stock.get(id));
      });
    }
  });

  const priceOrder = tracer.traceFunction({ name: 'price order' })(async (lines) => {
    const net = subtotal(lines);
    const reduced = net - (await discount(net));
    return reduced + vat(reduced);
  });

  /** The card is given to the span on purpose: what leaves the SDK says `[REDACTED]`. */
  function chargeCard(card, amount) {
    return tracer.startSpan('charge card', { attributes: { 'payment.card_number': card, 'payment.amount': amount } }, async () => {
      const response = await fetch(`${paymentsUrl}/charges`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ card, amount }),
        signal: AbortSignal.timeout(5_000),
      });
      const { error } = await response.json();
      if (response.status === 402) throw new Refusal(402, error);
      if (!response.ok) throw new Error('The payment failed', { cause: new Error(`the payment service answered ${response.status}`) });
    });
  }

  /** For the job that sends receipts. The queue knows nothing of traces: the message carries this one. */
  function publishOrder(order) {
    const options = { kind: 'producer', attributes: { 'messaging.destination.name': 'orders' } };
    tracer.startSpan('publish order', options, () => orders.publish(JSON.stringify({ order, headers: tracer.inject() })));
  }

  return {
    async products() {
      await tracer.startSpan('query catalogue', { kind: 'client', attributes: { 'db.system.name': 'memory' } }, () => wait(between(3, 15)));
      return catalogue.map(({ id }) => product(id));
    },
    product,
    async addToCart({ cart = `cart-${++lastCart}`, product: id, quantity = 1 }) {
      const { name } = product(id);
      if (!Number.isInteger(quantity) || quantity < 1 || quantity > maxQuantity) throw new Refusal(422, `The quantity must be 1 to ${maxQuantity}.`);
      if (typeof cart !== 'string' || !/^cart-\d{1,9}$/.test(cart)) throw new Refusal(422, 'That is no cart.');
      await wait(between(2, 10));
      const lines = carts.get(cart) ?? [];
      const before = lines.find((line) => line.id === id)?.quantity ?? 0;
      if (before + quantity > maxQuantity) throw new Refusal(422, `At most ${maxQuantity} of one product.`);
      const after = [...lines.filter((line) => line.id !== id), { id, name, quantity: before + quantity }];
      carts.delete(cart);
      carts.set(cart, after);
      if (carts.size > maxCarts) carts.delete(carts.keys().next().value);
      return { cart, lines: after, subtotal: subtotal(after) };
    },
    async checkout({ cart, card }) {
      if (typeof card !== 'string' || !/^\d{4}( ?\d{4}){3}$/.test(card)) throw new Refusal(422, 'A card number has 16 digits.');
      const lines = carts.get(cart);
      if (lines === undefined) throw new Refusal(404, 'There is no such cart, or it is empty.');
      const total = await priceOrder(lines);
      await reserveStock(lines);
      try {
        await chargeCard(card, total);
      } catch (error) {
        for (const { id, quantity } of lines) stock.set(id, stock.get(id) + quantity);
        throw error;
      }
      const order = ++lastOrder;
      publishOrder(order);
      carts.delete(cart);
      obs.recordMetric('shop.orders', 1, { instrument: 'counter' });
      obs.recordMetric('shop.revenue', total / 100, { unit: 'EUR', instrument: 'counter' });
      return { order, total };
    },
    /** Slow: some model is asked. */
    async recommendations() {
      await tracer.startSpan('rank products', { kind: 'client' }, () => wait(between(300, 900)));
      return [...catalogue].sort(() => Math.random() - 0.5).slice(0, 3).map(({ id }) => product(id));
    },
    /** Broken: the service behind it is down. */
    async reviews() {
      return tracer.startSpan('fetch reviews', { kind: 'client', attributes: { 'server.address': 'reviews.example' } }, async () => {
        await wait(between(10, 40));
        throw new Error('The review service failed', { cause: new TypeError('the answer is no list') });
      });
    },
    /** Fills a shelf; says how many were missing. */
    fill(id) {
      const missing = shelf - stock.get(id);
      stock.set(id, shelf);
      return missing;
    },
    ids: catalogue.map(({ id }) => id),
  };
}

function between(least, most) {
  return least + Math.random() * (most - least);
}
