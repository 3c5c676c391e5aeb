// The shop's page. Every click is a span; the requests made in it are its children without a word about that here.
import { obs } from '/observability.mjs';
import { startPanel } from '/panel.mjs';

const element = (id) => document.getElementById(id);
const euros = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });
const money = (cents) => euros.format(cents / 100);
let cart;

/** Called at once in a span of the page, the request is its child, and so is what the backend does. After an `await`: `span.run`. */
async function call(method, path, body) {
  const headers = body && { 'content-type': 'application/json' };
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** What a button does, as a trace of its own. A failure is told to the customer; the span has recorded it. */
async function onClick(name, work) {
  say('');
  try {
    await obs.tracer.startSpan(name, { parent: null }, work);
  } catch (error) {
    say(error.message, 'bad');
  }
}

function addToCart({ id, name }) {
  return onClick('click add to cart', async (span) => {
    span.setAttribute('product.id', id);
    const answer = await call('POST', '/api/cart', { cart: cart?.cart, product: id, quantity: 1 });
    showCart(answer);
    say(`${name} is in the cart.`);
  });
}

function buy() {
  return onClick('click buy', async (span) => {
    const { order, total } = await call('POST', '/api/checkout', { cart: cart?.cart, card: element('card').value });
    showCart(undefined);
    // A page does not remember after an `await` what was active before it.
    span.run(() => obs.logger.info('order placed', { 'order.number': order }));
    say(`Order ${order} is placed: ${money(total)}. Look for trace ${span.trace.traceId} in the terminal.`, 'good');
  });
}

function say(text, mood = '') {
  element('status').textContent = text;
  element('status').dataset.mood = mood;
}

function showCart(next) {
  cart = next;
  const lines = cart?.lines ?? [];
  element('cart').replaceChildren(...lines.map(({ name, quantity }) => node('li', `${quantity} × ${name}`)));
  element('subtotal').textContent = lines.length === 0 ? 'The cart is empty.' : `Subtotal ${money(cart.subtotal)}, without VAT`;
  element('buy').querySelector('button').disabled = lines.length === 0;
}

function showProducts(products) {
  element('products').replaceChildren(
    ...products.map((product) => {
      const item = node('li', '', 'product');
      const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      picture.setAttribute('aria-hidden', 'true');
      const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
      use.setAttribute('href', `#${product.id}`);
      picture.append(use);
      const add = node('button', 'Add to cart');
      add.type = 'button';
      add.setAttribute('aria-label', `Add to cart: ${product.name}`);
      add.addEventListener('click', () => addToCart(product));
      item.append(picture, node('h3', product.name), node('p', money(product.price), 'price'), add);
      return item;
    }),
  );
}

function node(tag, text, className = '') {
  return Object.assign(document.createElement(tag), { textContent: text, className });
}

element('buy').addEventListener('submit', (event) => {
  event.preventDefault();
  buy();
});
element('recommendations').addEventListener('click', () =>
  onClick('click recommendations', async () => {
    const products = await call('GET', '/api/recommendations');
    element('recommended').textContent = `Perhaps: ${products.map(({ name }) => name).join(', ')}.`;
  }),
);
element('reviews').addEventListener('click', () => onClick('click reviews', () => call('GET', '/api/reviews')));

showCart(undefined);
startPanel(obs);
obs.recordMetric('page.script_started', performance.now(), { unit: 'ms', instrument: 'histogram' });
await onClick('show products', async () => showProducts(await call('GET', '/api/products')));
