// Whoever serves requests with a framework, and logs with something else.
import type { IncomingMessage, ServerResponse } from 'node:http';
import fastify from 'fastify';
import { Hono } from 'hono';
import pino from 'pino';
import { expressErrors, expressRequests } from '@arkhe/observability/express';
import { fastifyRequests } from '@arkhe/observability/fastify';
import { honoRequests } from '@arkhe/observability/hono';
import { koaRequests } from '@arkhe/observability/koa';
import { consoleCalls, getObservabilityManager, incomingRequests, pinoStream } from '@arkhe/observability/node';
import type { BodyLoggingOptions, LoggedRequest, RequestStatus, ResponseSignal } from '@arkhe/observability';

const bodies: BodyLoggingOptions = { contentTypes: ['application/json'], maxBytes: 1_000, rate: 0.1 };
const isAsset = ({ path, side }: LoggedRequest): boolean => side === 'server' && path.endsWith('.css');

const obs = getObservabilityManager({
  sources: (defaults) => [...defaults, incomingRequests({ ignore: ['/health'] }), consoleCalls()],
  requestLogging: { logLevel: 'WARNING', headers: ['x-tenant'], bodies, clientAddress: 'x-forwarded-for', ignore: isAsset, deadline: 1_000, maxOpen: 10, outgoing: true },
});

export const app = fastify();
app.register(fastifyRequests);
app.register(fastifyRequests, { obs });

export const edge = new Hono();
edge.use(honoRequests(), honoRequests({ obs }));

// As Express and Koa call them.
export function serve(request: IncomingMessage, response: ServerResponse): void {
  expressRequests({ obs })(request, response, () => undefined);
  expressErrors()(new Error('no'), request, response, (error?: unknown) => void error);
}
export const middleware = koaRequests({ obs });

export const logger = pino({ level: 'debug' }, pino.multistream([{ stream: process.stdout }, { stream: pinoStream({ obs }) }]));

export const statuses = (response: ResponseSignal): RequestStatus => response.status;
obs.requestLogger.logRequest({ method: 'GET', path: '/', params: () => ({ page: 1 }) });
