// `/node`: the package, and what Node alone has.
import { createStartLiveServer } from './live/start-live-server.ts';
import type { StartLiveServer } from './live/start-live-server.ts';
import { getObservabilityManager } from './main.ts';

export * from './main.ts';

export { liveHandler } from './live/live-handler.ts';
export type { LiveHandler } from './live/live-handler.ts';
export type { LiveHandlerOptions } from './live/live-options.ts';
export const startLiveServer: StartLiveServer = /* @__PURE__ */ createStartLiveServer(getObservabilityManager);
export type { LiveServer, LiveServerOptions, StartLiveServer } from './live/start-live-server.ts';
export { prometheusHandler } from './prometheus-handler.ts';
export type { PrometheusHandler, PrometheusHandlerOptions } from './prometheus-handler.ts';
export { runtimeMetrics } from './sources/runtime-metrics.ts';
export type { RuntimeMetricsOptions } from './sources/runtime-metrics.ts';
export { pinoStream } from './pino-stream.ts';
export type { PinoStream, PinoStreamOptions } from './pino-stream.ts';
export { consoleCalls } from './sources/console-calls.ts';
export { fetches } from './sources/fetches.ts';
export { uncaughtErrors } from './sources/uncaught-errors.ts';
export type { UncaughtErrorsOptions } from './sources/uncaught-errors.ts';
export { incomingRequests } from './sources/incoming-requests.ts';
export type { IncomingRequest, IncomingRequestsOptions } from './sources/incoming-requests.ts';
export { outgoingRequests } from './sources/outgoing-requests.ts';
export type { OutgoingRequest, OutgoingRequestsOptions } from '../core/http/client-ignore.ts';
