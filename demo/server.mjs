// The HTTP server. Requests to the shop are traced; the page's files, its signals and the live figures are not: they are the
// demo's own machinery, and would only observe themselves.
import { createServer } from 'node:http';
import { readPageFiles } from './page-files.mjs';
import { readJson } from './read-json.mjs';
import { Refusal } from './refusal.mjs';
import { createRoutes, findRoute } from './routes.mjs';

const maxBodyBytes = 16 * 1_024;

export async function createShopServer({ obs, shop, figures, pageSignals }) {
  const files = await readPageFiles();
  const routes = createRoutes(shop);

  /** A request to the shop: a trace, which the page may have begun. */
  function serveShop(request, path, query) {
    const { method, headers } = request;
    const { route, handle, reads } = findRoute(routes, method, path);
    const details = {
      route,
      headers,
      params: Object.fromEntries(query),
      // The span of the page, when it sent one. `null`: a new trace.
      parent: obs.tracer.extract(headers) ?? null,
      attributes: { 'user_agent.synthetic.type': headers['user-agent']?.startsWith('shop-shopper/') ? 'bot' : undefined },
    };
    return obs.traceRequest(method, path, details, async (context) => {
      const answer = await answerOf(request, async () => {
        const body = reads ? await readJson(request, maxBodyBytes) : {};
        return handle({ body, last: path.slice(path.lastIndexOf('/') + 1) });
      });
      if (answer.status >= 500) obs.errorTracker.captureException(answer.error, { context: { requestId: context.requestId } });
      obs.traceResponse(context, { status: answer.status, error: answer.status >= 500 ? answer.error : undefined });
      return { ...answer, headers: { 'x-request-id': context.requestId } };
    });
  }

  /** What happens to a request, never an exception. */
  async function answerOf(request, work) {
    try {
      return { status: 200, body: await work() };
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, body: { error: error.message } };
      return { status: 500, body: { error: 'Something went wrong. It is not your fault.' }, error };
    }
  }

  function route(request) {
    const { method } = request;
    const url = URL.canParse(request.url, 'http://shop') ? new URL(request.url, 'http://shop') : undefined;
    const path = url?.pathname ?? '';
    const file = files.get(path);
    if (file !== undefined && method === 'GET') return { status: 200, file };
    if (method === 'GET' && path === '/live') return { status: 200, body: figures };
    if (method === 'POST' && path === '/signals') {
      return answerOf(request, async () => pageSignals.receive(await readJson(request, pageSignals.maxBytes)));
    }
    if (url === undefined) return { status: 400, body: { error: 'That is no address.' } };
    return serveShop(request, path, url.searchParams);
  }

  const server = createServer(async (request, response) => {
    response.on('error', () => undefined); // The customer went away.
    const { status, body, file, headers } = await route(request);
    response.writeHead(status, {
      'content-type': file?.type ?? 'application/json; charset=utf-8',
      'content-security-policy': "default-src 'self'; img-src 'self' data:",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      // What is left of a body nobody reads must not be taken for the next request.
      ...(request.complete ? undefined : { connection: 'close' }),
      ...headers,
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
