// `/node`: the package, and what Node alone has.
export * from './main.ts';

export { pinoStream } from './pino-stream.ts';
export type { PinoStream, PinoStreamOptions } from './pino-stream.ts';
export { consoleCalls } from './sources/console-calls.ts';
export { fetches } from './sources/fetches.ts';
export { incomingRequests } from './sources/incoming-requests.ts';
export type { IncomingRequest, IncomingRequestsOptions } from './sources/incoming-requests.ts';
export { outgoingRequests } from './sources/outgoing-requests.ts';
export type { OutgoingRequest, OutgoingRequestsOptions } from '../core/http/client-ignore.ts';
