// `npm test`: builds, checks the types of the tests, runs every suite, and ends with the totals. A step that breaks, or a suite
// without a test, counts as one failure; the other suites run all the same.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = ['node_modules/typescript/bin/tsc'];
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=./test/helpers/vitest-summary.mjs'];
const steps = [
  { name: 'build', commands: [[...tsc, '-b'], ['node_modules/rollup/dist/bin/rollup', '-c', '--silent']] },
  { name: 'test packages', commands: ['test/receivers', 'test/applications'].flatMap(installed) },
  { name: 'types', commands: [[...tsc, '-p', 'test'], [...tsc, '-p', 'test/legacy-decorators']] },
  {
    name: 'vitest',
    commands: [vitest],
    suites: ['node', 'universal', 'package'],
  },
  { name: 'karma', commands: [['node_modules/karma/bin/karma', 'start', 'karma.config.cjs']], suites: ['page', 'worker'] },
];
// Where the real backends are built, `.ci/run` has them in the same run; everywhere else `npm run test:interop` asks for them.
const backends = process.env.TEST_BACKENDS;
if (backends === 'built') steps.push({ name: 'interop', commands: [[...vitest, '--config=test/backends/vitest.config.ts']], suites: ['interop'] });

const folder = mkdtempSync(join(tmpdir(), 'observability-test-'));
const lines = steps.flatMap(run);
if (backends === 'missing') lines.push({ name: 'interop', note: 'NOT RUN, its backends are not built here (npm run interop:setup)', passed: 0, failed: 0 });
rmSync(folder, { recursive: true, force: true });

const passed = lines.reduce((sum, line) => sum + line.passed, 0);
const failed = lines.reduce((sum, line) => sum + line.failed, 0);
console.log();
for (const { name, note, ...counts } of lines) {
  const numbers = Object.entries(counts).map(([what, count]) => `${count} ${what}`).join(', ');
  if (numbers !== '' || note !== undefined) console.log(`${name}: ${note ?? numbers}`);
}
process.exitCode = failed > 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);

/**
 * What some tests need and nothing else may meet, in a folder of its own: receivers that bring a newer Node, which must not take the
 * place of this one, and applications with a second copy of OpenTelemetry's API.
 */
function installed(folder) {
  if (existsSync(join(root, folder, 'node_modules/.package-lock.json'))) return [];
  // The npm that runs this script, else the one beside Node.
  const running = process.env.npm_execpath ?? '';
  const npm = running.includes('npm-cli') ? running : join(process.execPath, '../../lib/node_modules/npm/bin/npm-cli.js');
  return [[npm, 'ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']];
}

/** Runs the commands of a step up to the first that fails, and gives a line of the report for each of its suites. */
function run({ name, commands, suites = [] }) {
  console.log(`\n> ${name}`);
  const summary = join(folder, `${name}.json`);
  const succeeded = commands.every((command) => {
    const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit', env: { ...process.env, TEST_SUMMARY: summary } });
    return status === 0;
  });
  const counted = existsSync(summary) ? JSON.parse(readFileSync(summary, 'utf8')) : {};
  const lines = suites.map((suite) => {
    const { passed, failed, skipped } = counted[suite] ?? { passed: 0, failed: 0, skipped: 0 };
    if (passed + failed > 0) return { name: suite, passed, failed, skipped };
    return { name: suite, note: 'ran no test', passed: 0, failed: 1 };
  });
  // What no test accounts for: a compiler's error, a crash, an unhandled rejection.
  if (!succeeded && lines.every(({ failed }) => failed === 0)) lines.push({ name, note: 'failed', passed: 0, failed: 1 });
  return lines;
}
