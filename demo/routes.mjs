// The shop over HTTP: which method and path does what.
import { Refusal } from './refusal.mjs';

export function createRoutes(shop) {
  return [
    { method: 'GET', route: '/api/products', handle: () => shop.products() },
    { method: 'GET', route: '/api/products/:id', handle: ({ last }) => shop.product(last) },
    { method: 'POST', route: '/api/cart', reads: true, handle: ({ body }) => shop.addToCart(body) },
    { method: 'POST', route: '/api/checkout', reads: true, handle: ({ body }) => shop.checkout(body) },
    { method: 'GET', route: '/api/recommendations', handle: () => shop.recommendations() },
    { method: 'GET', route: '/api/reviews', handle: () => shop.reviews() },
  ];
}

/** The route of a request; one that only refuses when there is none. */
export function findRoute(routes, method, path) {
  const here = routes.filter(({ route }) => pattern(route).test(path));
  const refuse = (status, message) => () => {
    throw new Refusal(status, message);
  };
  if (here.length === 0) return { handle: refuse(404, 'There is nothing here.') };
  return here.find((one) => one.method === method) ?? { route: here[0].route, handle: refuse(405, `Only ${here[0].method} is possible here.`) };
}

function pattern(route) {
  return RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`);
}
