// What an error costs, in one process: contenders take turns, each with as many errors, the first of a round the last of the next.
// What it prints is read by errors.mjs.
import { dedupeIntegration, defaultStackParser, linkedErrorsIntegration, NodeClient, Scope } from '@sentry/node';
import { createObservability } from '../dist/node/index.js';
import { median } from './statistics.mjs';

const errors = Number(process.env.ERRORS);
const spans = Number(process.env.SPANS);
const turn = Number(process.env.TURN);
const rounds = Number(process.env.ROUNDS);
/** The compiler of the first seconds is no part of what an error costs. */
const warmUp = 3;

let last = 0;
/** Each another one, as each is told. */
const captured = ({ capture }) => capture(new Error(`no order ${(last += 1)}`, { cause: new TypeError('fetch failed') }));
/** Always the same. */
const repeated = ({ capture }) => capture(new Error('no order', { cause: new TypeError('fetch failed') }));
const span = ({ span }, index) => span(`operation ${index % 8}`, { 'http.request.method': 'GET', 'http.route': '/users/:id', 'user.number': index });

// All errors of the bench are of one kind.
const whole = arkhe({ errorTracking: { rateLimit: false } });
const counting = arkhe();
const contenders = {
  captured: { ...whole, work: captured, times: errors },
  sentryCaptured: { ...sentry([linkedErrorsIntegration()]), work: captured, times: errors },
  repeated: { ...counting, work: repeated, times: errors },
  sentryRepeated: { ...sentry([linkedErrorsIntegration(), dedupeIntegration()]), work: repeated, times: errors },
  trail: { ...arkhe(), work: span, times: spans },
  noTrail: { ...arkhe({ errorTracking: { maxBreadcrumbs: 0 } }), work: span, times: spans },
};
const order = Object.keys(contenders);
const costs = Object.fromEntries(order.map((name) => [name, []]));
for (let round = 0; round < warmUp + rounds; round += 1) {
  for (const name of order) {
    const contender = contenders[name];
    // What the others left behind is not its work.
    globalThis.gc();
    const before = process.cpuUsage();
    await repeat(contender);
    const { user, system } = process.cpuUsage(before);
    if (round >= warmUp) costs[name].push((user + system) / contender.times);
  }
  order.push(order.shift());
}
const received = whole.received() / (errors * (warmUp + rounds));
console.log(JSON.stringify({ costs: Object.fromEntries(order.map((name) => [name, median(costs[name])])), received, hostile: await hostile() }));
process.exit();

/** With a turn of the event loop every so many, and the end of the last batch. */
async function repeat(contender) {
  for (let index = 0; index < contender.times; index += 1) {
    contender.work(contender, index);
    if (index % turn === turn - 1) await new Promise(setImmediate);
  }
  await contender.flush();
}

/** This package before a sink that takes everything at once. */
function arkhe(options) {
  let received = 0;
  const write = (batch) => void (received += batch.length);
  const sinks = [{ name: 'null', write }];
  const obs = createObservability({ serviceName: 'bench', environment: 'production', sources: false, sinks, ...options });
  return {
    capture: (error) => obs.errorTracker.captureException(error),
    span: (name, attributes) => obs.tracer.startSpan(name, { attributes }).end(),
    flush: () => obs.flush({ timeout: 60_000 }),
    received: () => received,
  };
}

/** Sentry's client as a library would make one, which leaves the host alone. */
function sentry(integrations) {
  const client = new NodeClient({
    dsn: 'http://public@127.0.0.1:9/1',
    stackParser: defaultStackParser,
    transport: () => ({ send: async () => ({ statusCode: 200 }), flush: async () => true }),
    integrations,
    enableRuntimeChannelInjection: false,
    traceLifecycle: 'static',
    includeServerName: false,
    sendClientReports: false,
  });
  const scope = new Scope();
  scope.setClient(client);
  client.init();
  return { capture: (error) => scope.captureException(error), flush: () => client.flush(60_000) };
}

/** Milliseconds of each, a new one each time, and none of them only counted. */
async function hostile() {
  const { capture, flush } = arkhe({ errorTracking: { rateLimit: false, repeatWindow: 0 } });
  const inputs = {
    undefined: () => undefined,
    'a Symbol': () => Symbol('thrown'),
    'a revoked Proxy': () => {
      const { proxy, revoke } = Proxy.revocable(new Error('gone'), {});
      revoke();
      return proxy;
    },
    'a message of 50 MB': () => new Error('x'.repeat(50_000_000)),
    '10,000 causes': () => {
      let error = new Error('the first');
      for (let index = 1; index < 10_000; index += 1) error = new Error(`cause ${index}`, { cause: error });
      return error;
    },
  };
  const times = {};
  for (const [what, make] of Object.entries(inputs)) {
    const all = [];
    for (let round = 0; round < warmUp + 2 * rounds; round += 1) {
      const error = make();
      const before = performance.now();
      capture(error);
      const time = performance.now() - before;
      if (round >= warmUp) all.push(time);
      await flush();
    }
    times[what] = median(all);
  }
  return times;
}
