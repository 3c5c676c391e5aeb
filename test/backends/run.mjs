// `npm run test:interop`: the traces we send, as the real backends understand them. Ends with the totals. A backend that is missing is
// a failure: `npm run interop:setup` brings them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backends, isThere } from './cache.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'observability-interop-'));
const summary = join(folder, 'summary.json');
const reporters = ['--reporter=default', '--reporter=./test/helpers/vitest-summary.mjs'];
const options = ['--config=test/backends/vitest.config.ts', ...reporters, ...process.argv.slice(2)];
const command = ['node_modules/vitest/vitest.mjs', 'run', ...options];
const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit', env: { ...process.env, TEST_SUMMARY: summary } });
const { interop } = existsSync(summary) ? JSON.parse(readFileSync(summary, 'utf8')) : {};
rmSync(folder, { recursive: true, force: true });

let { passed, failed, skipped } = interop ?? { passed: 0, failed: 0, skipped: 0 };
console.log();
for (const backend of backends) console.log(`${backend.title}: ${isThere(backend) ? backend.file : 'missing: npm run interop:setup'}`);
if (skipped > 0) console.log(`${skipped} skipped`);
// What no test accounts for: a compiler's error, a crash, a run without tests.
if (failed === 0 && (status !== 0 || passed === 0)) failed = 1;
process.exitCode = failed > 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);
