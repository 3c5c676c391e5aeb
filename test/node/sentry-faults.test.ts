import { describe, expect, it } from 'vitest';
import { createObservability } from '#sdk';
import type { Clock, DeliveryOptions, Health, Ledger, ObservabilityManager, Sink } from '#sdk';
import { sentrySinkFactory } from '../../src/core/sinks/sentry/sentry-sink-factory.ts';
import type { TransportSettings } from '../../src/core/transport.ts';
import { createHttpTransport } from '../../src/node/http-transport.ts';
import { createOutbox } from '../../src/node/outbox.ts';
import { answer, hang, html, redirect, refusingUrl, reset, startFaultServer } from '../helpers/fault-server.ts';
import type { Fault, FaultServer } from '../helpers/fault-server.ts';
import { ledgerFaults } from '../helpers/ledger-faults.ts';
import { createTurnClock, passTurns } from '../helpers/turns.ts';
import { eventIn, readEnvelope } from '../core/sentry-envelope.ts';
import { sentryEventFaults } from '../core/sentry-event-faults.ts';

const key = 'publickey0123';

interface Row {
  readonly fault: string;
  readonly treat: readonly Fault[];
  readonly delivery?: DeliveryOptions;
  readonly delivered?: number;
  readonly dropped?: Readonly<Record<string, number>>;
  readonly requests: number;
  /** Least time between the first two, in milliseconds. */
  readonly waits?: number;
  readonly health: readonly string[];
}

const json = { headers: { 'content-type': 'application/json' } };
const taken = answer(200, { ...json, body: '{"id":"0123456789abcdef0123456789abcdef"}' });
const again = 'sink-failed POST {url} answered';
const recovered = 'sink-recovered';
const limits = (header: string): { readonly headers: Readonly<Record<string, string>> } => ({ headers: { 'x-sentry-rate-limits': header } });

const limited = (fault: string, headers: Readonly<Record<string, string>>, waits: number): Row => ({
  fault: `429 ${fault}`,
  treat: [answer(429, { headers }), taken],
  delivered: 1, requests: 2, waits,
  health: [`${again} 429, again later`, recovered],
});

const retried = (status: number): Row => ({
  fault: `${status}, then 200`,
  treat: [answer(status), taken],
  delivered: 1, requests: 2,
  health: [`${again} ${status}, again later`, recovered],
});

const refused = (status: number, said: string, words: string): Row => ({
  fault: `${status} for ever`,
  treat: [answer(status, { ...json, body: said })],
  dropped: { rejected: 1 }, requests: 1,
  health: [`${again} ${status}${words}`, 'dropped 1 rejected'],
});

const rows: readonly Row[] = [
  { fault: '200', treat: [taken], delivered: 1, requests: 1, health: [] },
  { fault: '200 of a tunnel without a body', treat: [answer(200, { headers: { 'content-type': 'text/html' } })], delivered: 1, requests: 1, health: [] },
  limited('without a time', {}, 60_000),
  limited('with Retry-After in seconds', { 'retry-after': '3' }, 3_000),
  limited('with a limit for errors', { 'x-sentry-rate-limits': '4:error:organization', 'retry-after': '90' }, 4_000),
  limited('with a limit for everything', { 'x-sentry-rate-limits': '5::key' }, 5_000),
  limited('with several limits', { 'x-sentry-rate-limits': '200:transaction;span:organization, 6:default;error;security:organization:quota' }, 6_000),
  limited('with a limit for something else', { 'x-sentry-rate-limits': '600:transaction:organization' }, 0),
  limited('with a limit that names no seconds', { 'x-sentry-rate-limits': 'soon:error' }, 60_000),
  retried(500),
  retried(502),
  retried(503),
  {
    fault: '503 for ever',
    treat: [answer(503)], delivery: { maxRetries: 2 },
    dropped: { 'retries-exhausted': 1 }, requests: 3,
    health: [`${again} 503, again later`, 'dropped 1 retries-exhausted'],
  },
  {
    fault: '413',
    treat: [answer(413)],
    dropped: { 'too-large': 1 }, requests: 1,
    health: [`${again} 413`, 'dropped 1 too-large'],
  },
  refused(400, '{"detail":"invalid event","causes":["no","\\u001b[31mitem"]}', ': invalid event, no, [31mitem (check the DSN)'),
  refused(401, `{"detail":"unknown key ${key}"}`, ': unknown key [redacted] (check the DSN)'),
  refused(403, '{"detail":"bad sentry DSN public key"}', ': bad sentry DSN public key (check the DSN)'),
  refused(404, 'not json', ' (check the DSN)'),
  {
    fault: '200 with a page',
    treat: [html()],
    dropped: { rejected: 1 }, requests: 1,
    health: [`${again} 200 with a page: not Sentry`, 'dropped 1 rejected'],
  },
  {
    fault: 'redirect',
    treat: [redirect('http://elsewhere.test/login?token=hush')],
    dropped: { rejected: 1 }, requests: 1,
    health: ['sink-failed POST {url} redirects elsewhere (307): set the DSN to where it leads', 'dropped 1 rejected'],
  },
  {
    fault: 'reset, then 200',
    treat: [reset(), taken],
    delivered: 1, requests: 2,
    health: ['sink-failed POST {url}: connection closed without an answer (ECONNRESET), again later', recovered],
  },
  {
    fault: 'no answer, then 200',
    treat: [hang(), taken], delivery: { timeout: 3_000 },
    delivered: 1, requests: 2,
    health: ['sink-failed no answer within 3000 ms, again later', recovered],
  },
];

/** The sink of Node, on the clock of the test: Sentry's limits are times. */
function sinkFor(url: string, clock: Clock): Sink {
  const host = { clock, platform: 'node' as const, createTransport: (settings: TransportSettings) => createHttpTransport(settings, createOutbox()) };
  return sentrySinkFactory(host)({ dsn: `${url.replace('://', `://${key}@`)}/42` });
}

interface Session {
  readonly obs: ObservabilityManager;
  readonly health: readonly string[];
  /** When the requests came, on the clock of the manager. */
  readonly times: readonly number[];
  readonly account: () => Ledger['sinks'][string];
  /** Lets time pass until every event has its end, or the condition holds. */
  settle(condition?: () => boolean): Promise<void>;
  close(): Promise<void>;
}

function observe(url: string, server: FaultServer | undefined, delivery?: DeliveryOptions): Session {
  const clock = createTurnClock();
  const obs = createObservability({
    serviceName: 'faults', environment: 'production', sources: false, clock, delivery,
    sinks: [sinkFor(url, clock)],
    errorTracking: { repeatWindow: 0, rateLimit: false },
  });
  const health: string[] = [];
  const times: number[] = [];
  obs.health$.subscribe((trouble) => void health.push(worded(trouble).replaceAll(`${url}/api/42/envelope/`, '{url}')));
  const account = (): Ledger['sinks'][string] => obs.ledger().sinks['sentry']!;
  const check = (): void => {
    expect(ledgerFaults(obs.ledger())).toEqual([]);
    while (server !== undefined && times.length < server.received.length) times.push(clock.now());
  };
  return {
    obs,
    health,
    times,
    account,
    settle: (condition = () => account().accepted > 0 && account().pending === 0) => passTurns(clock, condition, check),
    async close() {
      let closed = false;
      void obs.shutdown({ timeout: 1 }).finally(() => (closed = true));
      await passTurns(clock, () => closed);
    },
  };
}

function worded(trouble: Health): string {
  if (trouble.type === 'sink-failed') return `sink-failed ${trouble.error.message}${trouble.retryIn === undefined ? '' : ', again later'}`;
  if (trouble.type === 'dropped') return `dropped ${trouble.count} ${trouble.reason}`;
  return trouble.type === 'input-ignored' ? `input-ignored ${trouble.message}` : trouble.type;
}

const some = (counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> => Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

describe('the Sentry sink', () => {
  it.each(rows)('when there is $fault', { timeout: 60_000 }, async ({ treat, delivery, delivered = 0, dropped = {}, requests, waits, health }) => {
    const server = await startFaultServer();
    server.treat(...treat);
    const session = observe(server.url, server, delivery);
    const eventId = session.obs.errorTracker.captureException(new Error('no stock'));
    await session.settle();
    const account = session.account();
    expect({ delivered: account.delivered, dropped: some(account.dropped) }).toEqual({ delivered, dropped });
    await session.close();
    await server.close();
    expect(session.health).toEqual(health);
    expect(session.health.join()).not.toContain(key);
    expect(server.received.length).toBe(requests);
    for (const { method, path, body } of server.received) {
      expect([method, path]).toEqual(['POST', `/api/42/envelope/?sentry_version=7&sentry_key=${key}&sentry_client=arkhe.javascript.node%2F0.1.0`]);
      expect(sentryEventFaults(eventIn(body))).toEqual([]);
      expect(eventIn(body).event_id).toBe(eventId);
    }
    if (waits !== undefined) expect(session.times[1]! - session.times[0]!).toBeGreaterThanOrEqual(waits);
  });

  it('holds back what Sentry took nothing more of, and loses none of it', { timeout: 60_000 }, async () => {
    const server = await startFaultServer();
    server.treat(answer(200, limits('20:error:organization')), taken);
    const session = observe(server.url, server);
    session.obs.errorTracker.captureException(new Error('first'));
    await session.settle();
    for (const message of ['second', 'third']) session.obs.errorTracker.captureException(new Error(message));
    session.obs.errorTracker.captureMessage('fourth');
    await session.settle();
    await session.close();
    await server.close();
    expect(session.account()).toMatchObject({ accepted: 4, delivered: 4 });
    expect(server.received.map(({ body }) => eventIn(body)).map(({ message, exception }) => message ?? exception.values[0].value).sort()).toEqual(['first', 'fourth', 'second', 'third']);
    expect(session.times[1]! - session.times[0]!).toBeGreaterThanOrEqual(20_000);
    expect(session.health).toEqual([expect.stringMatching(/^sink-failed \{url\} takes nothing for \d+ s, again later$/), recovered]);
  });

  it('sends an error again without its recording where that is too large', { timeout: 60_000 }, async () => {
    const server = await startFaultServer();
    server.treat(answer(413), taken);
    const clock = createTurnClock();
    const obs = createObservability({ sources: false, clock, sinks: [sinkFor(server.url, clock)], flightRecorder: true });
    obs.tracer.startSpan('before', () => undefined);
    obs.errorTracker.captureException(new Error('no stock'));
    await passTurns(clock, () => obs.ledger().sinks['sentry']!.delivered === 1);
    await obs.shutdown();
    await server.close();
    expect(server.received.map(({ body }) => readEnvelope(body).items.map(({ header }) => header['type']))).toEqual([['event', 'attachment'], ['event']]);
  });

  it('sends an error at once, however long others wait', { timeout: 60_000 }, async () => {
    const server = await startFaultServer();
    const session = observe(server.url, server, { flushEvery: 3_600_000 });
    session.obs.errorTracker.captureException(new Error('no stock'));
    await session.settle();
    await session.close();
    await server.close();
    expect(session.account().delivered).toBe(1);
  });

  it('sends errors beside one another, each alone', { timeout: 60_000 }, async () => {
    const server = await startFaultServer();
    server.treat(hang());
    const session = observe(server.url, server, { concurrency: 3 });
    for (const message of ['one', 'two', 'three', 'four']) session.obs.errorTracker.captureException(new Error(message));
    await session.settle(() => server.received.length === 3);
    expect(new Set(server.received.map(({ body }) => eventIn(body).event_id)).size).toBe(3);
    await session.close();
    await server.close();
    expect(some(session.account().dropped)).toEqual({ shutdown: 4 });
  });

  it('tries again while nobody listens', { timeout: 60_000 }, async () => {
    const session = observe(await refusingUrl(), undefined, { maxRetries: 2 });
    session.obs.errorTracker.captureException(new Error('no stock'));
    await session.settle();
    await session.close();
    expect(some(session.account().dropped)).toEqual({ 'retries-exhausted': 1 });
    expect(session.health).toEqual([expect.stringMatching(/^sink-failed POST \{url\}: .*ECONNREFUSED.*, again later$/), 'dropped 1 retries-exhausted']);
  });

  it('sends none of the secrets that are in what it is told', { timeout: 60_000 }, async () => {
    const server = await startFaultServer();
    const session = observe(server.url, server);
    const { errorTracker, logger } = session.obs;
    const secret = (place: string): string => `hunter2-${place}`;
    logger.info(`login password=${secret('log')}`, { password: secret('log-field') });
    errorTracker.addBreadcrumb(`token=${secret('crumb')}`, { attributes: { authorization: `Bearer ${secret('crumb-field')}` } });
    const error = new Error(`cannot log in: password=${secret('message')}`, { cause: new Error(`api_key=${secret('cause')}`) });
    error.stack = `${error.stack}\n    at login (https://ann:${secret('stack')}@shop.test/main.js:1:1)`;
    errorTracker.captureException(error, {
      context: { password: secret('context'), nested: { apiKey: secret('nested') } },
      tags: { token: secret('tag'), plan: 'gold' },
      user: { id: '7', password: secret('user') },
      attributes: { 'http.request.header.authorization': `Bearer ${secret('attribute')}` },
      fingerprint: [`password=${secret('fingerprint')}`],
    });
    errorTracker.captureMessage(`password=${secret('text')}`, { context: { secret: secret('text-context') }, tags: { token: secret('text-tag') }, user: { password: secret('text-user') } });
    await session.settle();
    await session.close();
    await server.close();
    expect(server.received.length).toBe(2);
    const wire = server.received.map(({ body }) => body.toString()).join('\n');
    expect(wire.match(/hunter2-[\w-]+/g) ?? []).toEqual([]);
    expect(wire).toContain('cannot log in');
    expect(wire).toContain('gold');
  });
});
