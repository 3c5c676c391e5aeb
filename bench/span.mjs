// What a span costs beside OpenTelemetry's, with nothing behind it: CPU from its start until a sink or an exporter has it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, spread } from './statistics.mjs';

const PEER = 'OpenTelemetry NodeTracerProvider + batch processor, exporter that does nothing';

export async function spanRows(rounds) {
  const runs = [];
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`\ra span with three attributes: round ${round + 1} of ${rounds}   `);
    runs.push(await run());
  }
  process.stderr.write('\n');
  const row = (what, of, name, target) => {
    const [ours, theirs] = [runs.map((run) => run[of][name]), runs.map((run) => run[of].opentelemetry)];
    return { what, peer: PEER, ours: median(ours), theirs: median(theirs), spread: spread(ours), peerSpread: spread(theirs), target };
  };
  return [
    row('a span, as by default: CPU, us', 'costs', 'defaults', { most: 1.1 }),
    row('a span, redaction switched off: CPU, us', 'costs', 'unredacted', { most: 0.8 }),
    row('a span: share that came through', 'received', 'defaults', { equals: 1 }),
  ];
}

/** A fresh process each: how a compiler decides is chance, too. */
async function run() {
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', SPANS: '50000', TURN: '500', ROUNDS: '6' };
  const file = fileURLToPath(new URL('span-cost.mjs', import.meta.url));
  const child = fork(file, { env, execArgv: ['--expose-gc'], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the spans ended with ${code}: ${text}`);
  return JSON.parse(text);
}
