// What recording in a sketch and asking it costs, in one process: contenders take turns, each with the same values. What it prints is
// read by sketch.mjs.
import { DDSketch } from '@datadog/sketches-js';
import { ExponentialHistogram } from '../dist/node/index.js';
import { median } from './statistics.mjs';

const rounds = Number(process.env.ROUNDS);
/** The compiler of the first seconds is no part of what a value costs. */
const warmUp = 20;
const queries = 1_000;
const times = 10;

// Lognormal durations around 20 ms, the same in every run.
let state = 1;
const values = Float64Array.from({ length: 10_000 }, () => Math.exp(3 + 1.2 * normal()));

const contenders = {
  ours: {
    sketch: new ExponentialHistogram(),
    record: (sketch, value) => sketch.record(value),
    // Six of them, and everything else there is to know.
    percentiles: (sketch) => sketch.statistics('bench', 0).p99,
  },
  datadog: {
    sketch: new DDSketch({ relativeAccuracy: 0.01 }),
    record: (sketch, value) => sketch.accept(value),
    percentiles: (sketch) => [0.5, 0.75, 0.9, 0.95, 0.99].map((share) => sketch.getValueAtQuantile(share)),
  },
};
for (const contender of Object.values(contenders)) {
  contender.recordAll = compile(contender.record, `for (let index = 0; index < values.length; index += 1) work(sketch, values[index]);`);
  contender.askAll = compile(contender.percentiles, `for (let query = 0; query < ${queries}; query += 1) kept = work(sketch);`);
}
const order = Object.keys(contenders);
const costs = Object.fromEntries(order.map((name) => [name, { record: [], percentiles: [] }]));
for (let round = 0; round < warmUp + rounds; round += 1) {
  for (const name of order) {
    const { recordAll, askAll } = contenders[name];
    const record = timed(() => {
      for (let time = 0; time < times; time += 1) recordAll();
    });
    const percentiles = timed(askAll);
    if (round < warmUp) continue;
    costs[name].record.push(record / times / values.length);
    costs[name].percentiles.push(percentiles / queries);
  }
  order.reverse();
}
const result = Object.fromEntries(
  order.map((name) => [name, { record: median(costs[name].record), percentiles: median(costs[name].percentiles) }]),
);
console.log(JSON.stringify({ ...result, bytes: contenders.ours.sketch.toBytes().length }));
process.exit();

/** A loop of its own for each, so that what the compiler learnt of one contender does not slow down the next. */
function compile(work, loop) {
  const { sketch } = Object.values(contenders).find((contender) => Object.values(contender).includes(work));
  return new Function('sketch', 'values', 'work', `let kept; return () => { ${loop} return kept; };`)(sketch, values, work);
}

/** Nanoseconds of CPU. */
function timed(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1_000;
}

function uniform() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

function normal() {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
