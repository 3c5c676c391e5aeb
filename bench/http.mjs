// Requests a second of a server that answers a few bytes of JSON: bare, with this package, with OpenTelemetry. Each in a process of its
// own, under the same load of `wrk`, in turns.
import { execFile, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, spread } from './statistics.mjs';

const PEER = 'OpenTelemetry instrumentation-http + batch processor, exporter that does nothing';
const servers = ['bare', 'opentelemetry', 'arkhe'];
const title = 'incoming HTTP';
const [warmUp, measured] = ['2s', '4s'];

export async function httpRows(rounds) {
  if (spawnSync('wrk', ['-v']).error !== undefined) {
    const missing = 'it needs `wrk` (Debian, Ubuntu: apt-get install wrk; macOS: brew install wrk)';
    return [{ what: `${title}: requests a second`, missing }];
  }
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
  // Nothing else of the environment: variables of OpenTelemetry's would change what is measured.
  const env = { PATH: process.env.PATH, NODE_ENV: 'production' };
  const child = fork(fileURLToPath(new URL(`servers/${name}.mjs`, import.meta.url)), { env });
  try {
    const [{ port }] = await once(child, 'message');
    const warm = await load(port, warmUp);
    const before = await account(child);
    const { requests, ...figures } = await load(port, measured);
    const { cpu, spans } = await account(child);
    return { ...figures, cpu: (cpu - before.cpu) / requests, spans, requests: warm.requests + requests };
  } finally {
    child.kill();
  }
}

async function account(child) {
  child.send('account');
  const [account] = await once(child, 'message');
  return account;
}

async function load(port, duration) {
  const { stdout } = await promisify(execFile)('wrk', ['-t1', '-c32', `-d${duration}`, '--latency', `http://127.0.0.1:${port}/`]);
  const [, requests] = /(\d+) requests in/.exec(stdout) ?? [];
  const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? [];
  const [, p99, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  const failed = requests === undefined || rate === undefined || unit === undefined || /Non-2xx|Socket errors/.test(stdout);
  if (failed) throw new Error(`wrk: ${stdout}`);
  return { requests: Number(requests), rate: Number(rate), p99: Number(p99) * { us: 0.001, ms: 1, s: 1_000 }[unit] };
}
