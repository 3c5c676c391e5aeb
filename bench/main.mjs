// `npm run bench`: this package beside its peers. Contenders take turns in one run, each time in a fresh process; a row is the ratio
// of the medians, and says whether its target is met. ROUNDS (default 7): how often each contender runs.
// `npm run bench -- http span` runs these alone.
import { existsSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { accuracyRows } from './accuracy.mjs';
import { browserRows } from './browser-size.mjs';
import { errorRows } from './errors.mjs';
import { exportRows } from './export.mjs';
import { httpRows } from './http.mjs';
import { liveRows } from './live.mjs';
import { profileRows } from './profile.mjs';
import { printRows } from './report.mjs';
import { requestRows } from './requests.mjs';
import { rollingRows } from './rolling.mjs';
import { sketchRows } from './sketch.mjs';
import { spanRows } from './span.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const rounds = Number(process.env.ROUNDS ?? 7);

if (!isInstalled()) {
  console.log('Installing the peers, as bench/package-lock.json pins them.');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(1);
}

const benches = {
  span: spanRows,
  errors: errorRows,
  profile: profileRows,
  sketch: sketchRows,
  accuracy: accuracyRows,
  rolling: rollingRows,
  live: liveRows,
  http: httpRows,
  requests: requestRows,
  export: exportRows,
  browser: browserRows,
};
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: expected ${Object.keys(benches).join(', ')}, or nothing for all of them.`);
  process.exit(2);
}
const [load] = loadavg();
const rows = [];
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length === 0 || wanted.includes(name)) rows.push(...(await bench(rounds)));
}
printRows(rows);
if (load > availableParallelism() / 2) console.log(`The machine had other work (load ${load.toFixed(1)} at the start): trust CPU before rates.`);

/** As the lock file has it, and not as an earlier one had it. */
function isInstalled() {
  if (!existsSync(`${folder}/node_modules/.package-lock.json`)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')).packages;
  const there = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(([path, { version }]) => path === '' || there[path]?.version === version);
}
