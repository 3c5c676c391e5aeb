/** Koa, as far as the tests and `@koa/router` use it: it comes without types. */
declare module 'koa' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export type DefaultState = object;
  export type DefaultContext = object;

  interface Context {
    readonly app: Koa;
    readonly req: IncomingMessage;
    readonly res: ServerResponse;
    status: number;
    throw(status: number, message: string, properties?: object): never;
  }

  export type ParameterizedContext<State = DefaultState, More = DefaultContext, Body = unknown> = Context & More & { state: State; body: Body };
  export type Middleware<State = DefaultState, More = DefaultContext, Body = unknown> = (
    context: ParameterizedContext<State, More, Body>,
    next: () => Promise<unknown>,
  ) => unknown;

  interface Koa extends EventEmitter {
    silent: boolean;
    use<State, More, Body>(middleware: Middleware<State, More, Body>): this;
    // For both versions of HTTP.
    callback(): (request: object, response: object) => Promise<void>;
  }

  const Koa: new () => Koa;
  export default Koa;
}
