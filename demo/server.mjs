// The HTTP server. That its requests are spans is none of its business; what it tells is the route, as a framework would.
import { createServer } from 'node:http';
import { answerOf } from './answer-of.mjs';
import { readPageFiles } from './page-files.mjs';
import { readJson } from './read-json.mjs';
import { createRoutes, findRoute } from './routes.mjs';

const maxBodyBytes = 16 * 1_024;

/** Where the dashboard is. Its stream has the same address, and its files lie below. */
export const dashboardPath = '/observability/';

export function isDashboard(path) {
  return path.startsWith(dashboardPath);
}

export async function createShopServer({ obs, shop, live, pageSignals, onShopper }) {
  const files = await readPageFiles();
  const routes = createRoutes(shop);

  async function serveShop(request, path) {
    const { route, handle, reads } = findRoute(routes, request.method, path);
    const span = obs.tracer.activeSpan();
    span?.setAttribute('http.route', route);
    if (request.headers['user-agent']?.startsWith('shop-shopper/')) {
      span?.setAttribute('user_agent.synthetic.type', 'bot');
      onShopper(span?.trace.traceId, `${request.method} ${route}`);
    }
    const answer = await answerOf(async () => {
      const body = reads ? await readJson(request, maxBodyBytes) : {};
      return handle({ body, last: path.slice(path.lastIndexOf('/') + 1) });
    });
    if (answer.error !== undefined) obs.errorTracker.captureException(answer.error);
    return answer;
  }

  function route(request) {
    const { method } = request;
    const url = URL.canParse(request.url, 'http://shop') ? new URL(request.url, 'http://shop') : undefined;
    const path = url?.pathname ?? '';
    const file = files.get(path);
    if (file !== undefined && method === 'GET') return { status: 200, file };
    if (method === 'POST' && path === '/signals') {
      return answerOf(async () => pageSignals.receive(await readJson(request, pageSignals.maxBytes)));
    }
    if (url === undefined) return { status: 400, body: { error: 'That is no address.' } };
    return serveShop(request, path);
  }

  const server = createServer(async (request, response) => {
    response.on('error', () => undefined); // The customer went away.
    if (isDashboard(request.url)) return live(request, response);
    const { status, body, file } = await route(request);
    response.writeHead(status, {
      'content-type': file?.type ?? 'application/json; charset=utf-8',
      'content-security-policy': "default-src 'self'; img-src 'self' data:",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      // What is left of a body nobody reads must not be taken for the next request.
      ...(request.complete ? undefined : { connection: 'close' }),
    });
    response.end(file?.content ?? JSON.stringify(body));
    request.resume();
  });
  server.requestTimeout = 10_000;

  return {
    /** The address once it listens. A port that is taken ends the demo with a word about it. */
    listen(port) {
      return new Promise((resolve) => {
        server.once('error', ({ code }) => {
          console.error(code === 'EADDRINUSE' ? `Port ${port} is taken: choose another with PORT, or none for a free one.` : `The shop cannot listen on port ${port}: ${code}`);
          process.exit(1);
        });
        server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
      });
    },
    /** Answers what is being served, and no longer than a second. */
    close() {
      const late = setTimeout(() => server.closeAllConnections(), 1_000);
      return new Promise((resolve) => {
        server.close(() => {
          clearTimeout(late);
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}
