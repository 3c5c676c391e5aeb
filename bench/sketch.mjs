// What this package's histogram costs beside another sketch with an error of 1 %: recording a value, and reading percentiles.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, spread } from './statistics.mjs';

const PEER = '@datadog/sketches-js DDSketch, relative accuracy 1 %';

export async function sketchRows(rounds) {
  const runs = [];
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`\ra sketch of 10,000 durations: round ${round + 1} of ${rounds}   `);
    runs.push(await run());
  }
  process.stderr.write('\n');
  const row = (what, name, target) => {
    const [ours, theirs] = [runs.map((run) => run.ours[name]), runs.map((run) => run.datadog[name])];
    return { what, peer: PEER, ours: median(ours), theirs: median(theirs), spread: spread(ours), peerSpread: spread(theirs), target };
  };
  const bytes = runs.map((run) => run.bytes);
  return [
    row('sketch: one value recorded: CPU, ns', 'record', { most: 0.5 }),
    row('sketch: five percentiles: CPU, ns', 'percentiles', { most: 1.5 }),
    { what: 'sketch: snapshot of 10,000 durations, bytes', ours: median(bytes), spread: spread(bytes) },
  ];
}

/** A fresh process each: how a compiler decides is chance, too. */
async function run() {
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', ROUNDS: '40' };
  const file = fileURLToPath(new URL('sketch-cost.mjs', import.meta.url));
  const child = fork(file, { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the sketches ended with ${code}: ${text}`);
  return JSON.parse(text);
}
