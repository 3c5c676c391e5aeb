// Requests a second of a server that answers a few bytes of JSON: bare, with this package, with OpenTelemetry. Each in a process of its
// own, under the same load of `wrk`, in turns.
import { missingLoad, startServer, underLoad } from './load.mjs';
import { median, spread } from './statistics.mjs';

const PEER = 'OpenTelemetry instrumentation-http + batch processor, exporter that does nothing';
const servers = ['bare', 'opentelemetry', 'arkhe'];
const title = 'incoming HTTP, traced';

export async function httpRows(rounds) {
  const missing = missingLoad();
  if (missing !== undefined) return [{ what: `${title}: requests a second`, missing }];
  const runs = new Map(servers.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of servers) {
      process.stderr.write(`\r${title}: round ${round + 1} of ${rounds}, ${name}          `);
      runs.get(name).push(await run(name));
    }
  }
  process.stderr.write('\n');
  const [bare, peer, ours] = servers.map((name) => runs.get(name));
  const perSecond = ({ rate }) => rate;
  const bareRate = median(bare.map(perSecond));
  return [
    row('requests a second', ours, peer, perSecond, { least: 1.7 }),
    row('requests as a share of bare node:http', ours, peer, ({ rate }) => rate / bareRate),
    row('CPU of the server a request, us', ours, peer, ({ cpu }) => cpu),
    row('p99, ms', ours, peer, ({ p99 }) => p99),
    row('spans a request', ours, peer, ({ spans, requests }) => spans / requests, { least: 0.99, absolute: true }),
    ...[
      ['requests a second', perSecond],
      ['CPU of the server a request, us', ({ cpu }) => cpu],
      ['p99, ms', ({ p99 }) => p99],
    ].map(([what, value]) => ({ what: `${title}, bare: ${what}`, ours: median(bare.map(value)), spread: spread(bare.map(value)) })),
  ];
}

function row(what, ours, peer, value, target) {
  const [mine, theirs] = [ours.map(value), peer.map(value)];
  const figures = { ours: median(mine), theirs: median(theirs), spread: spread(mine), peerSpread: spread(theirs) };
  return { what: `${title}: ${what}`, peer: PEER, ...figures, target };
}

async function run(name) {
  const server = startServer(name);
  try {
    return await underLoad(server);
  } finally {
    server.kill();
  }
}
