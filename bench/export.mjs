// Spans into a receiver that discards: how fast, at which cost, and how many arrive.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, spread } from './statistics.mjs';

const SPANS = 200_000;
const WARM_UP = 50_000;
const contenders = ['opentelemetry', 'arkhe'];

/** A turn of the loop every 500 spans, as a busy service has; and one burst without any. */
export async function exportRows(rounds) {
  return [...(await measure('a turn every 500', 500, rounds)), ...(await measure('one burst', SPANS, Math.min(rounds, 3), false))];
}

async function measure(title, turn, rounds, judged = true) {
  const runs = new Map(contenders.map((name) => [name, []]));
  const receiver = fork(path('receiver.mjs'));
  const [port] = await once(receiver, 'message');
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const name of contenders) {
        process.stderr.write(`\r${SPANS} spans, ${title}: round ${round + 1} of ${rounds}, ${name}   `);
        runs.get(name).push(await run(name, turn, `http://127.0.0.1:${port}`));
      }
    }
  } finally {
    receiver.kill();
  }
  process.stderr.write('\n');
  const [peer, ours] = contenders.map((name) => runs.get(name));
  return [
    row(`${title}: spans received a second`, ours, peer, ({ received, milliseconds }) => received / (milliseconds / 1_000), judged && { least: 1.5 }),
    row(`${title}: CPU a span emitted, us`, ours, peer, ({ cpu }) => cpu / SPANS, judged && { most: 0.65 }),
    row(`${title}: CPU a span received, us`, ours, peer, ({ cpu, received }) => cpu / received, judged && { most: 0.65 }),
    row(`${title}: spans unaccounted for`, ours, peer, ({ received, accounted }) => SPANS - received - accounted, { equals: 0 }),
    row(`${title}: spans received`, ours, peer, ({ received }) => received),
  ];
}

function row(what, ours, peer, value, target) {
  const [mine, theirs] = [ours.map(value), peer.map(value)];
  return { what, peer: 'OpenTelemetry batch processor + OTLP protobuf', ours: median(mine), theirs: median(theirs), spread: spread(mine), peerSpread: spread(theirs), target };
}

async function run(name, turn, endpoint) {
  // Nothing else of the environment: variables of OpenTelemetry's would change what is measured.
  const env = { PATH: process.env.PATH, ENDPOINT: endpoint, SPANS: String(SPANS), WARM_UP: String(WARM_UP), TURN: String(turn), NODE_ENV: 'production' };
  const child = fork(path(`contenders/${name}.mjs`), { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.once('message', async () => {
    await count(endpoint); // And forget the first ones.
    child.send('go');
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${text}`);
  return { ...JSON.parse(text), received: await count(endpoint) };
}

async function count(endpoint) {
  return Number(await (await fetch(`${endpoint}/count`)).text());
}

function path(file) {
  return fileURLToPath(new URL(file, import.meta.url));
}
