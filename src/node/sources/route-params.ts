/** The parameters of a route, as a framework has them; `undefined` where there are none. */
export function routeParams(params: unknown): object | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  for (const name in params) if (Object.hasOwn(params, name)) return params;
  return undefined;
}
