// The live stream of the package as it is installed: its server, its page, and its command.
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folder, installed } from './application.ts';

const program = `
  import { getObservabilityManager, startLiveServer } from '@arkhe/observability/node';
  const obs = getObservabilityManager({ serviceName: 'shop', sinks: [] });
  const live = await startLiveServer({ port: 0, every: 250 });
  setInterval(() => obs.profiler.profile('pack', () => undefined), 10);
  console.log(live.url);
`;

let service: ChildProcess;
let url = '';
beforeAll(async () => {
  service = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(service.stdout!.setEncoding('utf8'), 'data')) as [string];
  url = line.trim();
});
afterAll(async () => {
  service.kill();
  await once(service, 'exit');
});

/** What `npx arkhe-observability` runs. */
async function command(...words: readonly string[]): Promise<string> {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  const { stdout } = await promisify(execFile)(process.execPath, [join(installed, manifest.bin['arkhe-observability']), ...words], { cwd: folder });
  return stdout;
}

describe('the installed package', () => {
  it.each([
    ['', 'text/html; charset=utf-8', 'src/browser/dashboard/index.html'],
    ['dashboard.js', 'text/javascript; charset=utf-8', undefined],
    ['dashboard.css', 'text/css; charset=utf-8', undefined],
  ])('serves its page: "%s"', async (file, type, source) => {
    const answer = await fetch(url + file);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await answer.text();
    if (source !== undefined) expect(text).toBe(readFileSync(join(import.meta.dirname, '../..', source), 'utf8'));
    // Everything is inside: the page asks nobody else.
    expect(text).not.toMatch(/(src|href|url\()=?["']?(https?:)?\/\//);
  });

  it('keeps the page small', () => {
    const script = readFileSync(join(installed, 'dist/dashboard/dashboard.js'));
    console.log(`dashboard.js: ${script.length} bytes, ${gzipSync(script, { level: 9 }).length} gzipped`);
    expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(62_000);
  });

  it('shows a running service from the command line', async () => {
    const { service: name, series } = JSON.parse(await command('top', '--url', url, '--once', '--json'));
    expect([name, series[0].name]).toEqual(['shop', 'pack']);
    // A hundred a second, less what a busy machine swallows, from the first frame on.
    expect((1_000 * series[0].count) / series[0].window).toBeGreaterThan(10);
  });

  it('has a command that tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect((await command('--version')).trim()).toBe(version);
    expect(readFileSync(join(installed, 'dist/node/cli.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(statSync(join(installed, 'dist/dashboard/index.html')).size).toBeGreaterThan(0);
  });
});
