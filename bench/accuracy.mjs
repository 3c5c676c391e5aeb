// How far the percentiles are from the exact ones of nearest rank: the worst of a thousand seeds for each distribution and percentile,
// in percent.
import { ExponentialHistogram } from '../dist/node/index.js';

const seeds = 1_000;
const size = 2_000;
const percentiles = { p50: 500, p75: 750, p90: 900, p95: 950, p99: 990, p999: 999 };

const distributions = {
  uniform: ({ uniform }) => 1 + 999 * uniform(),
  lognormal: ({ normal }) => Math.exp(3 + 1.5 * normal()),
  bimodal: ({ uniform }) => (uniform() < 0.8 ? 5 + uniform() : 2_000 + 500 * uniform()),
  constant: ({ seed }) => 0.1 + seed * 1.37,
  'heavy tail': ({ uniform }) => 1 / (1 - uniform()) ** 2,
  'bucket boundaries': ({ uniform }) => 2 ** (Math.floor(uniform() * 640 - 320) / 32),
  'beside powers of two': ({ uniform }) => 2 ** Math.floor(uniform() * 20) * (1 + Math.floor(uniform() * 3 - 1) * Number.EPSILON),
  'of every magnitude': ({ uniform }) => 2 ** (126 * uniform() - 63),
  'around zero': ({ normal }) => 100 * normal(),
};

/** Prints the table, and gives a row for each distribution: the worst of its percentiles. */
export function accuracyRows() {
  const names = Object.keys(percentiles);
  console.log(`\nWorst error of ${seeds.toLocaleString('en')} seeds, ${size.toLocaleString('en')} values each, in percent\n`);
  console.log(`| distribution | ${names.join(' | ')} |\n|---|${names.map(() => '---:|').join('')}`);
  return Object.entries(distributions).map(([name, valueOf]) => {
    const errors = worstErrors(valueOf);
    console.log(`| ${name} | ${errors.map((error) => error.toFixed(2)).join(' | ')} |`);
    return { what: `worst error of a percentile, ${name}, %`, ours: Math.max(...errors), target: { most: 1.1, absolute: true } };
  });
}

function worstErrors(valueOf) {
  const worst = Object.values(percentiles).map(() => 0);
  for (let seed = 1; seed <= seeds; seed += 1) {
    const random = chance(seed);
    const values = Float64Array.from({ length: size }, () => valueOf(random));
    const histogram = new ExponentialHistogram();
    for (const value of values) histogram.record(value);
    const statistics = histogram.statistics('accuracy', 0);
    values.sort();
    Object.entries(percentiles).forEach(([name, thousandths], index) => {
      const exact = values[Math.ceil((size * thousandths) / 1_000) - 1];
      const error = exact === 0 ? Math.abs(statistics[name]) : Math.abs((statistics[name] - exact) / exact);
      worst[index] = Math.max(worst[index], 100 * error);
    });
  }
  return worst;
}

/** Random numbers, the same for the same seed. */
function chance(seed) {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { seed, uniform, normal };
}
