// What one profiled call costs, in one process: contenders take turns, each with as many calls, the first of a round the last of the
// next. What it prints is read by profile.mjs.
import { performance, PerformanceObserver } from 'node:perf_hooks';
import { Histogram, Registry } from 'prom-client';
import { createObservability } from '../dist/node/index.js';
import { median } from './statistics.mjs';

const calls = Number(process.env.CALLS);
const turn = Number(process.env.TURN);
const rounds = Number(process.env.ROUNDS);
/** The compiler of the first seconds is no part of what a call costs. */
const warmUp = 4;

const work = (index) => index % 7;
const workLater = async (index) => index % 7;
const received = { ours: 0, theirs: 0 };

// One manager, as a program has.
const { profiler, profiles$ } = createObservability({ serviceName: 'bench', environment: 'production', sources: false, sinks: [] });
new PerformanceObserver((list) => (received.theirs += list.getEntries().length)).observe({ entryTypes: ['function'] });
const duration = new Histogram({ name: 'duration', help: 'of the calls', registers: [new Registry()] });

const contenders = {
  direct: sync(work),
  readings: sync(read),
  timerify: sync(performance.timerify((index) => index % 7)),
  prometheus: sync(timed),
  profiled: sync(profiler.profileFunction({ name: 'work' })((index) => index % 7)),
  measured: sync(started),
  quiet: sync(profiler.profileFunction({ name: 'quiet work' })((index) => index % 7)),
  directLater: later(workLater),
  timerifyLater: later(performance.timerify(async (index) => index % 7)),
  profiledLater: later(profiler.profileFunction({ name: 'work later' })(async (index) => index % 7)),
};
let kept = 0;
const order = Object.keys(contenders);
const costs = Object.fromEntries(order.map((name) => [name, []]));

for (let round = 0; round < warmUp + rounds; round += 1) {
  for (const name of order) {
    // What the others left behind is not its work.
    globalThis.gc();
    const listening = name === 'quiet' ? undefined : profiles$.subscribe(() => (received.ours += 1));
    const before = process.cpuUsage();
    for (let turns = 0; turns < calls / turn; turns += 1) {
      await contenders[name]();
      await new Promise(setImmediate);
    }
    const { user, system } = process.cpuUsage(before);
    listening?.unsubscribe();
    if (round >= warmUp) costs[name].push(((user + system) * 1_000) / calls);
  }
  order.push(order.shift());
}
const made = calls * (warmUp + rounds);
const counted = profiler.getStatistics('work').count + profiler.getStatistics('quiet work').count;
console.log(
  JSON.stringify({
    costs: Object.fromEntries(Object.keys(contenders).map((name) => [name, median(costs[name])])),
    received: { ours: received.ours / (3 * made), theirs: received.theirs / (2 * made) },
    counted: counted / (3 * made),
    kept,
  }),
);
process.exit();

/** A turn of the loop full of calls. Each contender has a loop of its own: engines compile a loop for the one function it calls. */
function sync(call) {
  return new Function('call', 'turn', 'return () => { let sum = 0; for (let index = 0; index < turn; index += 1) sum += call(index); return sum; }')(call, turn);
}

function later(call) {
  return new Function('call', 'turn', 'return async () => { let sum = 0; for (let index = 0; index < turn; index += 1) sum += await call(index); return sum; }')(call, turn);
}

/** What nobody can go below who wants to know how long a call took. */
function read(index) {
  const before = performance.now();
  const result = work(index);
  kept = performance.now() - before;
  return result;
}

function timed(index) {
  const end = duration.startTimer();
  const result = work(index);
  end();
  return result;
}

function started(index) {
  const stop = profiler.start('work');
  const result = work(index);
  stop();
  return result;
}
