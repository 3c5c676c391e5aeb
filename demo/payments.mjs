// The payment service: a process of its own. It knows nothing of the shop; that its spans are part of the shop's traces is the work of
// the sources, which are on unless one says otherwise.
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { answerOf } from './answer-of.mjs';
import { observeService } from './observe-service.mjs';
import { handOn, startedByDemo } from './started-by-demo.mjs';
import { readJson } from './read-json.mjs';
import { Refusal } from './refusal.mjs';

const obs = observeService('payments', { terminal: handOn });

/** The card is given to the span on purpose: what leaves the SDK says `[REDACTED]`. */
function authorise({ card, amount }) {
  return obs.tracer.startSpan('authorise', { attributes: { 'payment.card_number': card, 'payment.amount': amount } }, async (span) => {
    await wait(30 + Math.random() * 60);
    if (card.endsWith('0002')) throw new Refusal(402, 'The card was declined.');
    if (card.endsWith('0000')) throw new Error('The bank does not answer', { cause: new Error('connect ETIMEDOUT bank.example:443') });
    span.addEvent('authorised');
    return { authorised: true };
  });
}

const server = createServer(async (request, response) => {
  response.on('error', () => undefined); // The shop went away.
  const { status, body, error } = await answerOf(async () => {
    if (request.method !== 'POST' || request.url !== '/charges') throw new Refusal(404, 'There is nothing here.');
    // What a framework does for its routes.
    obs.tracer.activeSpan()?.setAttribute('http.route', '/charges');
    return authorise(await readJson(request, 1_024));
  });
  if (error !== undefined) obs.errorTracker.captureException(error);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  request.resume();
});

server.listen(0, '127.0.0.1', () => {
  startedByDemo({
    started: { url: `http://127.0.0.1:${server.address().port}` },
    async stop() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeIdleConnections();
      });
      await obs.shutdown({ timeout: 2_000 });
      return { ledger: obs.ledger() };
    },
  });
});
