// `npm run bench`: this package beside its peers. Contenders take turns in one run, each time in a fresh process; a row is the ratio
// of the medians, and says whether its target is met. ROUNDS (default 7): how often each contender runs.
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { browserRows } from './browser-size.mjs';
import { exportRows } from './export.mjs';
import { printRows } from './report.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const rounds = Number(process.env.ROUNDS ?? 7);

if (!existsSync(`${folder}/node_modules/.package-lock.json`)) {
  console.log('Installing the peers, as bench/package-lock.json pins them.');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(1);
}

printRows([...(await exportRows(rounds)), ...(await browserRows())]);
