// Request logging: what a server of a few bytes of JSON still serves when it logs each request as a line of JSON to a file. Each
// contender in a process of its own, under the same load of `wrk`, in turns.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endServer, missingLoad, startServer, underLoad } from './load.mjs';
import { memoryOfLogged, memoryOfOpen } from './open-memory.mjs';
import { median, spread } from './statistics.mjs';

const PEER = 'pino-http with three redacted paths, its default destination';
const title = 'request logging';
const contenders = {
  bare: { server: 'bare' },
  peer: { server: 'pino-http' },
  ours: { server: 'request-logging' },
  traced: { server: 'request-logging', variables: { BENCH_TRACING: 'true' } },
};

const secrets = {
  session: '6f2b1c9d8e7a4f30b5d1c2e3f4a59687',
  bearer: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.dBjftJeZ4CVPmB92K27uhbUJU1p1r',
  key: 'kq7Xw2Lm9Rt4Yb6Nc1Zp',
  query: 'Vt3Hs8Jd5Gf2Qk7Wn4Me',
};
const path = `/hello?page=2&token=${secrets.query}`;
const headers = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  accept: 'application/json',
  authorization: `Bearer ${secrets.bearer}`,
  cookie: `sid=${secrets.session}; theme=dark`,
  'x-api-key': secrets.key,
};

export async function requestRows(rounds) {
  const missing = missingLoad();
  if (missing !== undefined) return [{ what: `${title}: requests a second`, missing }];
  const runs = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  const folder = mkdtempSync(join(tmpdir(), 'bench-requests-'));
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, contender] of Object.entries(contenders)) {
        process.stderr.write(`\r${title}: round ${round + 1} of ${rounds}, ${name}          `);
        runs[name].push(await run(contender, join(folder, 'log')));
      }
    }
    process.stderr.write('\n');
    return [...loadRows(runs), ...(await memoryRows(Math.min(rounds, 3), join(folder, 'log')))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function loadRows({ bare, peer, ours, traced }) {
  // Beside the one that ran just before: a machine is not as fast in one minute as in the next.
  const share = ({ rate }, round) => rate / bare[round].rate;
  const [rate, p99, cpu] = [(run) => run.rate, (run) => run.p99, (run) => run.cpu];
  return [
    row('share of bare node:http', share, { ours, peer }, { least: 0.7, absolute: true }),
    row('requests a second', rate, { ours, peer }, { least: 1 }),
    row('p99, ms', p99, { ours, peer }, { most: 1 }),
    row('CPU a request, us', cpu, { ours, peer }),
    row('lines a request', ({ lines, requests }) => lines / requests, { ours, peer }, { least: 0.99, most: 1.01, absolute: true }),
    row(`secrets in the log, of ${Object.keys(secrets).length}`, ({ leaked }) => leaked, { ours, peer }, { equals: 0 }),
    row('bytes a line', ({ bytes, lines }) => bytes / lines, { ours, peer }),
    row('with tracing, share of bare node:http', share, { ours: traced }),
    row('with tracing, p99, ms', p99, { ours: traced }),
    row('with tracing, CPU a request, us', cpu, { ours: traced }),
    row('bare, requests a second', rate, { ours: bare }),
    row('bare, p99, ms', p99, { ours: bare }),
    row('bare, CPU a request, us', cpu, { ours: bare }),
  ];
}

function row(what, value, { ours, peer }, target) {
  const mine = ours.map(value);
  const figures = { what: `${title}: ${what}`, ours: median(mine), spread: spread(mine), target };
  if (peer === undefined) return figures;
  const theirs = peer.map(value);
  return { ...figures, peer: PEER, theirs: median(theirs), peerSpread: spread(theirs) };
}

async function run({ server: name, variables }, file) {
  const log = openSync(file, 'w');
  const server = startServer(name, { stdout: log, variables });
  try {
    const figures = await underLoad(server, { path, headers });
    await endServer(server);
    return { ...figures, ...readLog(file) };
  } finally {
    server.kill();
    closeSync(log);
  }
}

function readLog(file) {
  const log = readFileSync(file);
  let lines = 0;
  for (let at = log.indexOf(10); at >= 0; at = log.indexOf(10, at + 1)) lines += 1;
  return { lines, bytes: log.length, leaked: Object.values(secrets).filter((secret) => log.includes(secret)).length };
}

/** Beyond what the same request needs in a bare server. */
async function memoryRows(rounds, file) {
  const lines = Object.entries({ host: 'localhost', ...headers }).map((header) => header.join(': '));
  const head = `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  const bytes = Object.fromEntries([...Object.keys(contenders), 'logged'].map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`\r${title}, open requests: round ${round + 1} of ${rounds}   `);
    for (const [name, contender] of Object.entries(contenders)) {
      const log = openSync(file, 'w');
      bytes[name].push(await memoryOfOpen(contender, log, head));
      closeSync(log);
    }
    bytes.logged.push(await memoryOfLogged());
  }
  process.stderr.write('\n');
  const beyondBare = (value, round) => value - bytes.bare[round];
  return [
    row('bytes an open request', beyondBare, { ours: bytes.ours, peer: bytes.peer }),
    row('bytes an open request, with tracing', beyondBare, { ours: bytes.traced }),
    row('bytes an open request, by logRequest', (value) => value, { ours: bytes.logged }),
  ];
}
