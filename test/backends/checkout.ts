import { randomBytes } from 'node:crypto';
import { Subject } from 'rxjs';
import { createObservability } from '#sdk';
import type { ObservabilityManager, ObservabilityOptions, SignalInput, Sink } from '#sdk';
import { createTestClock } from '#testing';
import packageJson from '../../package.json' with { type: 'json' };
import type { SeenAttributes, SeenSpan } from './seen-span.ts';
import { sendAll } from './send-all.ts';

/** A trace that was sent, and how a backend should understand it. */
export interface SentTrace {
  readonly traceId: string;
  readonly expected: readonly SeenSpan[];
}

/** A span of the table below: ids are left out, the parent is named, times are microseconds since the click. */
interface Row
  extends Pick<SeenSpan, 'name' | 'kind' | 'duration'>, Partial<Pick<SeenSpan, 'attributes' | 'status' | 'events' | 'links' | 'scope'>> {
  readonly service: Service;
  readonly parent?: string;
  readonly at: number;
}

type Service = 'page' | 'shop' | 'stock' | 'mailer';

const sdk = { name: '@arkhe/observability', version: packageJson.version };
const common = {
  'deployment.environment.name': 'production',
  'telemetry.sdk.name': sdk.name,
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.version': sdk.version,
};
const ofShop = { 'host.name': 'köln-1', 'process.pid': 4711, 'service.namespace': 'Läden' };
const resources: Readonly<Record<Service, SeenAttributes>> = {
  page: common,
  shop: { ...common, ...ofShop, 'service.version': '1.2.3' },
  stock: common,
  mailer: common,
};

const sessionId = 'c0ffee'.padEnd(32, '0');
const traceState = 'shop=t61rcWkgMzE';
const earlier = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
/** Every type of an attribute. */
const cart = {
  articles: ['lamp', 'お茶'],
  quantities: [1, 2],
  prices: [9.5, 0.25],
  wrapped: [true, false],
  gift: true,
  'total.cents': 1975,
  discount: -5,
  'most.cents': Number.MAX_SAFE_INTEGER,
  total: 19.75,
  greeting: 'Grüße an “Ольга” 👋',
  comment: '',
};
const ofRequest = { 'arkhe.request_id': 'request-42' };
const stockAddress = { 'peer.service': 'stock', 'server.address': 'stock.example', 'server.port': 8080 };
const refusal = 'the bank says: 不可';
const stack = `TypeError: ${refusal}\n    at charge (bank.js:1:2)`;

/** A checkout: all kinds of spans, all types of attributes, four services, one failure, and one span that took no time. */
const rows: readonly Row[] = [
  {
    service: 'page', name: 'click “買う”', kind: 'client', at: 0, duration: 60_500,
    attributes: { 'session.id': sessionId, 'peer.service': 'shop' },
    scope: { name: 'clicks', version: '2.0.0' },
  },
  {
    service: 'shop', name: 'POST /api/checkout', parent: 'click “買う”', kind: 'server', at: 20_500, duration: 19_875,
    attributes: { ...ofRequest, 'http.request.method': 'POST', 'url.path': '/api/checkout', 'http.route': '/api/checkout' },
  },
  {
    service: 'shop', name: 'total price', parent: 'POST /api/checkout', kind: 'internal', at: 20_750, duration: 2_125,
    attributes: { ...ofRequest, ...cart },
  },
  {
    service: 'shop', name: 'look up discount', parent: 'POST /api/checkout', kind: 'internal', at: 22_875, duration: 0,
    attributes: ofRequest,
  },
  {
    service: 'shop', name: 'reserve stock', parent: 'POST /api/checkout', kind: 'client', at: 22_875, duration: 6_500,
    attributes: { ...ofRequest, ...stockAddress },
    events: [
      { name: 'tried again', at: 23_875, attributes: { attempt: 2, reason: 'タイムアウト' } },
      { name: 'reserved', at: 29_375, attributes: {} },
    ],
  },
  {
    service: 'stock', name: 'POST /reserve', parent: 'reserve stock', kind: 'server', at: 23_875, duration: 5_000,
    attributes: { 'arkhe.request_id': 'request-43', 'http.request.method': 'POST', 'url.path': '/reserve' },
    status: { code: 'ok', message: undefined },
  },
  {
    service: 'shop', name: 'charge card', parent: 'POST /api/checkout', kind: 'client', at: 29_375, duration: 3_375,
    attributes: { ...ofRequest, 'peer.service': 'bank', 'error.type': 'TypeError' },
    status: { code: 'error', message: refusal },
    events: [
      {
        name: 'exception', at: 32_750,
        attributes: { 'exception.type': 'TypeError', 'exception.message': refusal, 'exception.stacktrace': stack },
      },
    ],
  },
  {
    service: 'shop', name: 'send receipt', parent: 'POST /api/checkout', kind: 'producer', at: 32_750, duration: 7_625,
    attributes: ofRequest,
  },
  {
    service: 'mailer', name: 'write receipt', parent: 'send receipt', kind: 'consumer', at: 32_875, duration: 7_500,
    links: [earlier],
  },
];

/** The same, as an application makes it happen. The clock stands still but for what is told here. */
export async function sendCheckout(createSink: () => Sink): Promise<SentTrace> {
  const start = Math.floor(Date.now() / 1_000) * 1_000;
  const clock = createTestClock(start);
  const managers: ObservabilityManager[] = [];
  const ids = new Map<string, string>();

  function service(serviceName: Service, options: ObservabilityOptions = {}): ObservabilityManager {
    const obs = createObservability({ serviceName, environment: 'production', clock, sources: false, sinks: [createSink()], ...options });
    obs.spans$.subscribe(({ name, trace }) => ids.set(name, trace.spanId));
    managers.push(obs);
    return obs;
  }
  const clicks$ = new Subject<SignalInput>();
  service('page', { sources: [{ name: 'clicks', observe: () => clicks$ }] });
  const shop = service('shop', { release: '1.2.3', attributes: ofShop });
  const stock = service('stock');
  const mailer = service('mailer');

  const click = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex'), sampled: true, traceState };
  clock.advance(20.5);
  shop.traceRequest('POST', '/api/checkout', { route: '/api/checkout', parent: click, requestId: 'request-42' }, () => {
    clock.advance(0.25);
    shop.tracer.startSpan('total price', { attributes: cart }, () => clock.advance(2.125));
    shop.tracer.startSpan('look up discount', () => undefined);
    shop.tracer.startSpan('reserve stock', { kind: 'client', attributes: stockAddress }, (span) => {
      clock.advance(1);
      span.addEvent('tried again', { attempt: 2, reason: 'タイムアウト' });
      const parent = stock.tracer.extract(shop.tracer.inject());
      stock.traceRequest('POST', '/reserve', { parent, requestId: 'request-43' }, () => {
        clock.advance(5);
        stock.tracer.activeSpan()?.setStatus({ code: 'ok' });
      });
      clock.advance(0.5);
      span.addEvent('reserved');
    });
    const refused = Object.assign(new TypeError(refusal), { stack });
    try {
      shop.tracer.startSpan('charge card', { kind: 'client', attributes: { 'peer.service': 'bank' } }, () => {
        clock.advance(3.375);
        throw refused;
      });
    } catch (error) {
      if (error !== refused) throw error;
    }
    shop.tracer.startSpan('send receipt', { kind: 'producer' }, () => {
      clock.advance(0.125);
      const parent = mailer.tracer.extract(shop.tracer.inject());
      const links = [{ ...earlier, sampled: true }];
      mailer.tracer.startSpan('write receipt', { kind: 'consumer', parent, links }, () => clock.advance(7.5));
    });
  });
  clicks$.next({
    kind: 'span',
    name: 'click “買う”',
    trace: click,
    timestamp: start,
    duration: 60.5,
    spanKind: 'client',
    status: { code: 'unset' },
    events: [],
    links: [],
    sessionId,
    scope: { name: 'clicks', version: '2.0.0' },
    attributes: { 'peer.service': 'shop' },
  });

  await Promise.all(managers.map(sendAll));
  const { traceId } = click;
  return { traceId, expected: rows.map((row) => expectedOf(row, { traceId, ids, start: start * 1_000 })) };
}

interface Placed {
  readonly traceId: string;
  /** Of the spans, by name. */
  readonly ids: ReadonlyMap<string, string>;
  /** Of the click, in epoch microseconds. */
  readonly start: number;
}

function expectedOf(row: Row, { traceId, ids, start }: Placed): SeenSpan {
  const { service, name, parent, kind, at, duration } = row;
  const { attributes = {}, status = { code: 'unset', message: undefined }, events = [], links = [], scope = sdk } = row;
  return {
    traceId,
    spanId: ids.get(name) ?? '',
    parentSpanId: parent === undefined ? undefined : ids.get(parent),
    traceState,
    name,
    kind,
    service,
    start: start + at,
    duration,
    attributes,
    status,
    events: events.map((event) => ({ ...event, at: start + event.at })),
    links,
    resource: resources[service],
    scope,
  };
}
