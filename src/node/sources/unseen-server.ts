/** Also of another copy of this package in the process. */
const key: unique symbol = Symbol.for('@arkhe/observability/unseen/1') as never;

/** Nothing is told of what this server is asked, by whichever manager: it is the SDK's own. */
export function markUnseen(server: object): void {
  Reflect.defineProperty(server, key, { value: true });
}

/** Of anything. */
export function isUnseen(server: unknown): boolean {
  return typeof server === 'object' && server !== null && Reflect.get(server, key) === true;
}
