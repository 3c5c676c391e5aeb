// The shop's page. Every click is a span; the requests it makes are its children, and carry it to the backend.
import { obs } from '/observability.mjs';
import { startPanel } from '/panel.mjs';

const element = (id) => document.getElementById(id);
const euros = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });
const money = (cents) => euros.format(cents / 100);
let cart;

/** A request inside a span of the page; the `traceparent` header makes the backend's spans its children. */
function call(parent, method, path, body) {
  return parent.startSpan(`${method} ${path}`, { kind: 'client' }, async (span) => {
    const headers = { ...obs.tracer.inject(span), ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    span.setAttribute('http.response.status_code', response.status);
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    return answer;
  });
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
    const answer = await call(span, 'POST', '/api/cart', { cart: cart?.cart, product: id, quantity: 1 });
    showCart(answer);
    say(`${name} is in the cart.`);
  });
}

function buy() {
  return onClick('click buy', async (span) => {
    const { order, total } = await call(span, 'POST', '/api/checkout', { cart: cart?.cart, card: element('card').value });
    showCart(undefined);
    obs.logger.info('order placed', { 'order.number': order });
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
  onClick('click recommendations', async (span) => {
    const products = await call(span, 'GET', '/api/recommendations');
    element('recommended').textContent = `Perhaps: ${products.map(({ name }) => name).join(', ')}.`;
  }),
);
element('reviews').addEventListener('click', () => onClick('click reviews', (span) => call(span, 'GET', '/api/reviews')));

showCart(undefined);
startPanel(obs);
obs.recordMetric('page.script_started', performance.now(), { unit: 'ms', instrument: 'histogram' });
await onClick('load page', async (span) => showProducts(await call(span, 'GET', '/api/products')));
