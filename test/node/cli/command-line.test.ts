import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../../src/core/version.ts';
import { buildCli } from './cli-program.ts';
import type { CliProgram } from './cli-program.ts';

describe('the command line', { timeout: 20_000 }, () => {
  let cli: CliProgram;
  beforeAll(async () => {
    cli = await buildCli();
  }, 30_000);
  afterAll(() => cli.dispose());

  it.each([[[]], [['help']], [['--help']], [['-h']]])('names the commands for %j', async (args) => {
    const { code, stdout, stderr } = await cli.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Usage: arkhe-observability <command> [options]');
    expect(stdout).toMatch(/^ {2}top {2,}\S/m);
    expect(stdout).toMatch(/^ {2}dashboard {2,}\S/m);
  });

  it.each([[['help', 'top']], [['top', '--help']], [['top', '--url', 'http://localhost/', '-h']]])('explains a command for %j', async (args) => {
    const { code, stdout } = await cli.run(args);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: arkhe-observability top --url <address>');
    expect(stdout).toMatch(/^ {2}--window <duration>/m);
    expect(stdout).toContain('can be seen by everybody');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('says its version', async () => {
    expect(await cli.run(['--version'])).toEqual({ code: 0, signal: null, stdout: `${VERSION}\n`, stderr: '' });
  });

  it.each([
    [['tpo'], 'there is no command "tpo" (did you mean top?)'],
    [['help', 'dashbord'], 'there is no command "dashbord" (did you mean dashboard?)'],
    [['conquer'], 'there is no command "conquer" (the commands are top, dashboard)'],
    [['--url'], '--url comes before a command; see arkhe-observability --help'],
    [['top', '--ulr', 'x'], 'top has no option --ulr (did you mean --url?)'],
    [['top', '-x'], 'top has no option -x (see top --help)'],
    [['top', '--url'], '--url needs a value (one that begins with a dash as --url=-…)'],
    [['top', '--url', '--once'], '--url needs a value (one that begins with a dash as --url=-…)'],
    [['top', '--once=yes'], '--once takes no value'],
    [['top', '--once', '--once'], '--once was given twice'],
    [['top', 'http://localhost/'], 'top takes the address as --url <address>'],
    [['dashboard', 'secret'], 'dashboard takes options only; see dashboard --help'],
    [['top'], '--url is missing: where the service has mounted liveHandler, e.g. http://localhost:4319/'],
    [['top', '--url', 'localhost:80'], '--url expects an address that begins with http:// or https://'],
    [['top', '--url', 'http://a:b@localhost/'], '--url has credentials; give a token by OBSERVABILITY_LIVE_TOKEN instead'],
    [['top', '--url', 'http://localhost/', '--token', 'ä'], 'the token has characters that no header can carry'],
    [['top', '--url', 'http://localhost/', '--every', '0'], '--every expects a duration above 0, e.g. 500ms, 1s or 2m'],
    [['top', '--url', 'http://localhost/', '--every', '1 week'], '--every expects a duration above 0, e.g. 500ms, 1s or 2m'],
    [['top', '--url', 'http://localhost/', '--every', '2s', '--window', '1s'], '--window must be at least as long as --every'],
    [['top', '--url', 'http://localhost/', '--sort', 'p98'], '--sort expects one of p99, rate, count, errors, name (did you mean p99?)'],
    [['top', '--url', 'http://localhost/', '--limit', '0'], '--limit expects a whole number from 1 to 100000'],
    [['dashboard', '--url', 'http://localhost/', '--port', '70000'], '--port expects a whole number from 0 to 65535'],
  ])('refuses %j in one line', async (args, sentence) => {
    expect(await cli.run(args)).toEqual({ code: 2, signal: null, stdout: '', stderr: `arkhe-observability: ${sentence}\n` });
  });

  it('ends quietly when its reader has seen enough', async () => {
    // Who reads has gone before anything is written.
    const child = spawn('sh', ['-c', `{ sleep 0.3; '${process.execPath}' '${cli.file}' help top; echo "code $?" >&2; } | true`], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await new Promise((resolve) => child.on('close', resolve));
    expect(stderr).toBe('code 0\n');
  });
});
