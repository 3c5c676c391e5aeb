// What an error costs beside Sentry's own client, with nothing behind it; what one costs that is only counted; what the trail that leads to
// errors costs each span; and how long what is hard to read takes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, spread } from './statistics.mjs';

const SENTRY = '@sentry/node NodeClient, made by hand, scope.captureException, transport that does nothing';
const DEDUPE = 'the same client with its dedupe integration';
const NO_TRAIL = 'this package, maxBreadcrumbs: 0';

export async function errorRows(rounds) {
  const runs = [];
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`\rerrors captured, repeated, hard to read: round ${round + 1} of ${rounds}   `);
    runs.push(await run());
  }
  process.stderr.write('\n');
  const row = (what, ours, theirs, peer) => {
    const [own, others] = [runs.map(({ costs }) => costs[ours]), runs.map(({ costs }) => costs[theirs])];
    return { what, peer, ours: median(own), theirs: median(others), spread: spread(own), peerSpread: spread(others) };
  };
  const hostile = Object.keys(runs[0].hostile).map((what) => {
    const times = runs.map((run) => run.hostile[what]);
    return { what: `${what} captured: ms`, ours: median(times), spread: spread(times), target: { most: 5, absolute: true } };
  });
  const received = runs.map((run) => run.received);
  return [
    row('an error, made and captured: CPU, us', 'captured', 'sentryCaptured', SENTRY),
    row('an error made, and only counted: CPU, us', 'repeated', 'sentryRepeated', DEDUPE),
    row('a span, with the trail to errors: CPU, us', 'trail', 'noTrail', NO_TRAIL),
    { what: 'errors: share that came through', ours: median(received), spread: spread(received), target: { equals: 1 } },
    ...hostile,
  ];
}

/** A fresh process each: how a compiler decides is chance, too. */
async function run() {
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', ERRORS: '4000', SPANS: '20000', TURN: '200', ROUNDS: '6' };
  const file = fileURLToPath(new URL('errors-cost.mjs', import.meta.url));
  const child = fork(file, { env, execArgv: ['--expose-gc'], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the errors ended with ${code}: ${text}`);
  return JSON.parse(text);
}
