import { describe, expect, it } from 'vitest';
import { createObservability } from '#sdk';
import type { DeliveryOptions, Health, Ledger, Sink } from '#sdk';
import { answer, hang, html, redirect, refusingUrl, reset, startFaultServer } from './fault-server.ts';
import type { Fault, Received } from './fault-server.ts';
import { ledgerFaults } from './ledger-faults.ts';
import { createTurnClock, passTurns } from './turns.ts';

/** A sink that sends spans by HTTP, and how to read what it sends. */
export interface SpanSinkUnderTest {
  readonly name: string;
  /** What it says it expects at its endpoint. */
  readonly receiver: string;
  readonly path: string;
  create(endpoint: string): Sink;
  /** The identifiers of the spans in a request. */
  spanIds(request: Received): readonly string[];
}

/** How many spans meet the fault. */
const MET = 20;

interface Row {
  readonly fault: string;
  readonly treat: readonly Fault[];
  readonly delivery?: DeliveryOptions;
  readonly delivered: number;
  readonly dropped?: Readonly<Record<string, number>>;
  readonly requests: number;
  /** Least time between the first two, in milliseconds. */
  readonly waits?: number;
  readonly health: readonly string[];
}

const text = { headers: { 'content-type': 'text/plain' } };
const again = 'sink-failed POST {url} answered';
const recovered = 'sink-recovered';
const taken = answer(202);
const retried = (status: number): Row => ({
  fault: `${status}, then 202`,
  treat: [answer(status), taken],
  delivered: MET,
  requests: 2,
  health: [`${again} ${status}, again later`, recovered],
});
const refused = (status: number, words: string, said = answer(status)): Row => ({
  fault: `${status} for ever`,
  treat: [said],
  delivered: 0,
  dropped: { rejected: MET },
  requests: 1,
  health: [`${again} ${status}${words}`, `dropped ${MET} rejected`],
});
/** Takes at most so many bytes. */
const upTo = (bytes: number): Fault => ({
  run: (exchange) => answer(Number(exchange.request.headers['content-length']) > bytes ? 413 : 202).run(exchange),
});

function rows(receiver: string): readonly Row[] {
  return [
    { fault: '202', treat: [taken], delivered: MET, requests: 1, health: [] },
    { fault: '200 with text', treat: [answer(200, { ...text, body: 'thanks' })], delivered: MET, requests: 1, health: [] },
    ...[429, 500, 502, 503, 504].map(retried),
    {
      fault: '429 with Retry-After',
      treat: [answer(429, { headers: { 'retry-after': '3' } }), taken],
      delivered: MET, requests: 2, waits: 3_000,
      health: [`${again} 429, again later`, recovered],
    },
    {
      fault: '503 for ever',
      treat: [answer(503)], delivery: { maxRetries: 2 },
      delivered: 0, dropped: { 'retries-exhausted': MET }, requests: 3,
      health: [`${again} 503, again later`, `dropped ${MET} retries-exhausted`],
    },
    refused(400, ': no \u201cspan\u201d here', answer(400, { ...text, body: 'no \u201cspan\u201d\r\nhere' })),
    refused(401, ' (check the headers)'),
    refused(404, ' (check the path of the endpoint)'),
    refused(501, ''),
    {
      fault: '200 with a page',
      treat: [html()],
      delivered: 0, dropped: { rejected: MET }, requests: 1,
      health: [`${again} 200 with text/html: not ${receiver}`, `dropped ${MET} rejected`],
    },
    {
      fault: 'redirect',
      treat: [redirect('http://elsewhere.test/login?token=hush')],
      delivered: 0, dropped: { rejected: MET }, requests: 1,
      health: ['sink-failed POST {url} redirects to http://elsewhere.test (307): set the endpoint to it', `dropped ${MET} rejected`],
    },
    {
      fault: 'reset, then 202',
      treat: [reset(), taken],
      delivered: MET, requests: 2,
      health: ['sink-failed POST {url}: connection closed without an answer (ECONNRESET), again later', recovered],
    },
    {
      fault: 'no answer, then 202',
      treat: [hang(), taken], delivery: { timeout: 3_000 },
      delivered: MET, requests: 2,
      health: ['sink-failed no answer within 3000 ms, again later', recovered],
    },
  ];
}

/** Every way in which a receiver fails, over real sockets: what was emitted is delivered or dropped, and said. */
export function failsAsTold(sink: SpanSinkUnderTest): void {
  describe(`the ${sink.name} sink`, () => {
    it.each(rows(sink.receiver))('when there is $fault', { timeout: 60_000 }, async (row) => {
      const server = await startFaultServer();
      server.treat(...row.treat);
      const times: number[] = [];
      const each = (now: number): unknown => server.received.length > times.length && times.push(now);
      const outcome = await exportedBy(sink, server.url, { delivery: row.delivery, each });
      await server.close();
      expect(outcome).toEqual({
        delivered: row.delivered,
        dropped: row.dropped ?? {},
        health: row.health,
      });
      expect(server.received.length).toBe(row.requests);
      for (const request of server.received) {
        expect(request).toMatchObject({ method: 'POST', path: sink.path });
        expect(new Set(sink.spanIds(request)).size).toBe(MET);
      }
      if (row.waits !== undefined) expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(row.waits);
    });

    it('sends the halves of what is too large', { timeout: 60_000 }, async () => {
      const server = await startFaultServer();
      server.treat(taken);
      await exportedBy(sink, server.url);
      const limit = server.received[0]!.body.length * 0.6;
      server.treat(upTo(limit));
      const outcome = await exportedBy(sink, server.url);
      await server.close();
      expect(outcome).toMatchObject({ delivered: MET, dropped: {} });
      const kept = server.received.slice(1).filter(({ body }) => body.length <= limit).flatMap(sink.spanIds);
      expect([kept.length, new Set(kept).size]).toEqual([MET, MET]);
    });

    it('tries again while nobody listens', { timeout: 60_000 }, async () => {
      const url = await refusingUrl();
      const outcome = await exportedBy(sink, url, { delivery: { maxRetries: 2 } });
      expect(outcome).toEqual({
        delivered: 0,
        dropped: { 'retries-exhausted': MET },
        health: [expect.stringMatching(/^sink-failed POST \{url\}: .*ECONNREFUSED.*, again later$/), `dropped ${MET} retries-exhausted`],
      });
    });
  });
}

interface Outcome {
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly health: readonly string[];
}

interface ExportOptions {
  readonly delivery?: DeliveryOptions | undefined;
  readonly each?: (now: number) => unknown;
}

/** Ends spans, and lets time pass until each has its end. */
async function exportedBy(sink: SpanSinkUnderTest, url: string, { delivery, each = () => undefined }: ExportOptions = {}): Promise<Outcome> {
  const clock = createTurnClock();
  const sinks = [sink.create(`${url}${sink.path}`)];
  const obs = createObservability({ serviceName: 'faults', environment: 'production', sources: false, sinks, clock, delivery });
  const health: string[] = [];
  obs.health$.subscribe((trouble) => void health.push(worded(trouble).replaceAll(`${url}${sink.path}`, '{url}')));
  const check = (): void => {
    expect(ledgerFaults(obs.ledger())).toEqual([]);
    each(clock.now());
  };
  for (let index = 0; index < MET; index++) obs.tracer.startSpan(`GET /orders/${index}`, () => undefined);
  obs.logger.info('spans are all it takes');
  const account = (): Ledger['sinks'][string] => obs.ledger().sinks[sink.name]!;
  await passTurns(clock, () => account().pending === 0, check);
  const { accepted, delivered, dropped } = account();
  expect(accepted).toBe(MET);
  let closed = false;
  void obs.shutdown({ timeout: 1 }).finally(() => (closed = true));
  await passTurns(clock, () => closed);
  return { delivered, dropped: Object.fromEntries(Object.entries(dropped).filter(([, count]) => count > 0)), health };
}

function worded(trouble: Health): string {
  if (trouble.type === 'sink-failed') return `sink-failed ${trouble.error.message}${trouble.retryIn === undefined ? '' : ', again later'}`;
  if (trouble.type === 'dropped') return `dropped ${trouble.count} ${trouble.reason}`;
  return trouble.type === 'input-ignored' ? `input-ignored ${trouble.message}` : trouble.type;
}
