// What a profiled call costs beside the same call timed by others: CPU, everything included that a timed call leaves to do later.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, spread } from './statistics.mjs';

const TIMERIFY = 'node:perf_hooks timerify + a PerformanceObserver';
const PROMETHEUS = 'prom-client, startTimer of a Histogram with its default buckets';
const READINGS = 'performance.now() before and after the call, and nothing else';

export async function profileRows(rounds) {
  const runs = [];
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`\ra profiled call: round ${round + 1} of ${rounds}   `);
    runs.push(await run());
  }
  process.stderr.write('\n');
  const row = (what, peer, name, theirName, target) => {
    const [ours, theirs] = [runs.map(({ costs }) => costs[name]), runs.map(({ costs }) => costs[theirName])];
    return { what, peer, ours: median(ours), theirs: median(theirs), spread: spread(ours), peerSpread: spread(theirs), target };
  };
  const share = (what, of) => {
    const ours = runs.map(of);
    return { what, ours: median(ours), spread: spread(ours), target: { equals: 1 } };
  };
  return [
    row('a profiled call, one subscriber: CPU, ns', TIMERIFY, 'profiled', 'timerify', { most: 0.4 }),
    row('a profiled call, one subscriber: CPU, ns', PROMETHEUS, 'profiled', 'prometheus', { most: 0.4 }),
    row('start and stop, one subscriber: CPU, ns', PROMETHEUS, 'measured', 'prometheus'),
    row('an async call, one subscriber: CPU, ns', TIMERIFY, 'profiledLater', 'timerifyLater', { most: 0.6 }),
    row('a profiled call, nobody listens: CPU, ns', READINGS, 'quiet', 'readings', { most: 2 }),
    share('profiled calls: share that came through', ({ received }) => received.ours),
    share('profiled calls: share that was counted', ({ counted }) => counted),
  ];
}

/** A fresh process each: how a compiler decides is chance, too. */
async function run() {
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', CALLS: '100000', TURN: '500', ROUNDS: '6' };
  const file = fileURLToPath(new URL('profile-cost.mjs', import.meta.url));
  const child = fork(file, { env, execArgv: ['--expose-gc'], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the profiled calls ended with ${code}: ${text}`);
  return JSON.parse(text);
}
