// What one span costs, in one process: contenders take turns, each with as many spans, the first of a round the last of the next.
// What it prints is read by span.mjs.
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { createObservability } from '../dist/node/index.js';
import { median } from './statistics.mjs';

const spans = Number(process.env.SPANS);
const turn = Number(process.env.TURN);
const rounds = Number(process.env.ROUNDS);
/** The compiler of the first seconds is no part of what a span costs. */
const warmUp = 4;

const names = Array.from({ length: 8 }, (_, index) => `operation ${index}`);
const contenders = { opentelemetry: opentelemetry(), defaults: arkhe(), unredacted: arkhe({ redaction: false }) };
const order = Object.keys(contenders);
const costs = Object.fromEntries(order.map((name) => [name, []]));

for (let round = 0; round < warmUp + rounds; round += 1) {
  for (const name of order) {
    // What the others left behind is not its work.
    globalThis.gc();
    const before = process.cpuUsage();
    await work(contenders[name]);
    const { user, system } = process.cpuUsage(before);
    if (round >= warmUp) costs[name].push((user + system) / spans);
  }
  order.push(order.shift());
}
const received = Object.fromEntries(order.map((name) => [name, contenders[name].received() / (spans * (warmUp + rounds))]));
console.log(JSON.stringify({ costs: Object.fromEntries(order.map((name) => [name, median(costs[name])])), received }));
process.exit();

/** Three attributes, a turn of the event loop every so many spans, and the end of the last batch. */
async function work({ span, flush }) {
  for (let index = 0; index < spans; index += 1) {
    span(names[index % names.length], { 'http.request.method': 'GET', 'http.route': '/users/:id', 'user.number': index });
    if (index % turn === turn - 1) await new Promise(setImmediate);
  }
  await flush();
}

/** Its tracer and its batch processor with their defaults, before an exporter that takes everything at once. */
function opentelemetry() {
  let received = 0;
  const exporter = {
    export(batch, done) {
      received += batch.length;
      done({ code: 0 });
    },
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const tracer = provider.getTracer('bench');
  return {
    span: (name, attributes) => tracer.startSpan(name, { attributes }).end(),
    flush: () => provider.forceFlush(),
    received: () => received,
  };
}

/** This package before a sink that takes everything at once. */
function arkhe(options) {
  let received = 0;
  const write = (batch) => void (received += batch.length);
  const sinks = [{ name: 'null', write }];
  const obs = createObservability({ serviceName: 'bench', environment: 'production', sources: false, sinks, ...options });
  return {
    span: (name, attributes) => obs.tracer.startSpan(name, { attributes }).end(),
    flush: () => obs.flush({ timeout: 60_000 }),
    received: () => received,
  };
}
