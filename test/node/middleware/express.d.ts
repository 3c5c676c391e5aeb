/** Express, as far as the tests use it: it comes without types. */
declare module 'express' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface Request extends IncomingMessage {
    readonly params: Readonly<Record<string, string>>;
    readonly body?: unknown;
  }

  export interface Response extends ServerResponse {
    status(code: number): Response;
    json(body: unknown): void;
  }

  export type Next = (error?: unknown) => void;
  export type Handler = (request: Request, response: Response, next: Next) => unknown;
  export type ErrorHandler = (error: unknown, request: Request, response: Response, next: Next) => unknown;
  type Path = string | RegExp | readonly (string | RegExp)[];

  export interface Router {
    (request: IncomingMessage, response: ServerResponse): void;
    use(...handlers: readonly Handler[]): this;
    use(path: Path, ...handlers: readonly Handler[]): this;
    use(handler: ErrorHandler): this;
    all(path: Path, ...handlers: readonly Handler[]): this;
    get(path: Path, ...handlers: readonly Handler[]): this;
    post(path: Path, ...handlers: readonly Handler[]): this;
    param(name: string, handler: (request: Request, response: Response, next: Next, value: string) => unknown): this;
  }

  export interface Application extends Router {
    set(name: string, value: unknown): this;
  }

  interface Express {
    (): Application;
    Router(options?: { readonly mergeParams?: boolean }): Router;
    json(): Handler;
  }

  const express: Express;
  export default express;
}
