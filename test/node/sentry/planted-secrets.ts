// What an application lets slip when something goes wrong: a secret in every place from which one could leave.
import type { ObservabilityManager } from '../../../src/core/observability.ts';
import type { Span } from '../../../src/core/tracing/span.ts';

/** Each of them, by where it was planted. */
export type Planted = Readonly<Record<string, string>>;

const places = [
  ...['message', 'cause', 'part', 'stack', 'field', 'context', 'nested', 'text', 'tag', 'tagText', 'user', 'attribute', 'fingerprint'],
  ...['object', 'string', 'captured', 'logged', 'crumb', 'crumbField', 'span', 'status', 'rejection'],
];

/** What the rules know by itself, wherever it stands. */
const cards = { card: '4111 1111 1111 1111', fetched: '5500000000000004', answered: '4012888888881881' };

/** @param origin a server to ask for things */
export async function plantSecrets(obs: ObservabilityManager, origin: string): Promise<Planted> {
  const named = Object.fromEntries(places.map((place) => [place, `hunter2-${place.toLowerCase()}-9f3c`]));
  const planted = { ...named, ...cards } as Record<string, string> & typeof cards;
  await obs.tracer.startSpan('checkout', async (span) => {
    await leaveTrail(obs, span, { origin, planted });
    captureAll(obs, planted);
  });
  await obs.flush();
  return planted;
}

/** What becomes breadcrumbs. */
async function leaveTrail(obs: ObservabilityManager, span: Span, { origin, planted }: { readonly origin: string; readonly planted: Record<string, string> }): Promise<void> {
  const answer = await span.run(() => fetch(`${origin}/cards/${planted['fetched']}`));
  await answer.text();
  span.run(() => {
    obs.logger.warn(`login with password=${planted['logged']}`);
    obs.errorTracker.addBreadcrumb(`connected to postgres://shop:${planted['crumb']}@db/orders`, { attributes: { apiKey: planted['crumbField'] } });
    obs.traceResponse(obs.traceRequest('GET', `/cards/${planted['answered']}`), { status: 'error' });
  });
  span.startSpan(`charge secret=${planted['span']}`, (charge) => charge.setStatus({ code: 'error', message: `token=${planted['status']}` }));
}

function captureAll({ errorTracker }: ObservabilityManager, planted: Record<string, string>): void {
  const error = new AggregateError([new RangeError(`api_key=${planted['part']}`)], `login failed: password=${planted['message']}`, {
    cause: new TypeError(`no answer from https://shop:${planted['cause']}@bank.test/pay`),
  });
  error.stack = `${error.stack}\n    at pay (https://shop.test/pay.js?token=${planted['stack']}:1:1)`;
  Object.assign(error, { code: `secret=${planted['field']}` });
  errorTracker.captureException(error, {
    context: {
      password: planted['context'],
      steps: [{ headers: { authorization: `Bearer ${planted['nested']}` } }],
      note: `the card is ${planted['card']}, client_secret=${planted['text']}`,
    },
    tags: { token: planted['tag'], query: `password=${planted['tagText']}` },
    user: { id: 'u1', password: planted['user'] },
    attributes: { 'http.request.header.authorization': planted['attribute'] },
    fingerprint: [`password=${planted['fingerprint']}`],
  });
  errorTracker.captureException({ reason: 'refused', password: planted['object'] });
  errorTracker.captureException(`refused: token=${planted['string']}`);
  errorTracker.captureMessage(`signed in with api_key=${planted['captured']}`);
}

/** Throws one where nobody catches it. */
export function rejectWithSecret({ rejection }: Planted): void {
  void Promise.reject(new Error(`unauthorized: access_token=${rejection}`));
}
