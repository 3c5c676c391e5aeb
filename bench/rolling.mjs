// What rolling statistics over 1,000 names cost beside a grouping of rxjs's own operators, and what a million names leave in memory.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, spread } from './statistics.mjs';

const PEER = 'rxjs groupBy + mergeMap(scan) of count, errors, total and extremes since the start: no window, no percentiles';

export async function rollingRows(rounds) {
  const runs = [];
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`\rrolling statistics: round ${round + 1} of ${rounds}   `);
    runs.push(await run());
  }
  process.stderr.write('\n');
  const of = (name) => runs.map((run) => run[name]);
  const figures = (name) => ({ ours: median(of(name)), spread: spread(of(name)) });
  return [
    {
      what: 'rolling statistics, 1,000 names, a tick a second: CPU, ns an event',
      peer: PEER,
      ...figures('ours'),
      theirs: median(of('rxjs')),
      peerSpread: spread(of('rxjs')),
      target: { most: 0.4 },
    },
    { what: 'rolling statistics: series of 1,000 in the map', ...figures('series'), target: { equals: 1_000 } },
    { what: 'rolling statistics: a minute of one series, three decades, KB', ...figures('kilobytes'), target: { most: 64, absolute: true } },
    { what: 'rolling statistics: heap after a million names, MB', ...figures('heap'), target: { most: 8, absolute: true } },
  ];
}

/** A fresh process each: how a compiler decides is chance, too. */
async function run() {
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', EVENTS: '100000', ROUNDS: '20' };
  const file = fileURLToPath(new URL('rolling-cost.mjs', import.meta.url));
  const child = fork(file, { env, execArgv: ['--expose-gc'], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the events ended with ${code}: ${text}`);
  return JSON.parse(text);
}
