import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Statistics } from '../../../src/core/statistics/statistics.ts';
import { buildCli } from './cli-program.ts';
import type { CliProgram, Running } from './cli-program.ts';
import { startLiveService } from './live-service.ts';
import type { LiveService } from './live-service.ts';

const token = 'a-token-of-this-test';
const wideName = '見積書 📄 \u001b[2J\u202e of ' + 'a name longer than any column '.repeat(4);

let cli: CliProgram;
beforeAll(async () => {
  cli = await buildCli();
}, 30_000);
afterAll(() => cli.dispose());

describe('top', { timeout: 20_000 }, () => {
  let service: LiveService;
  beforeEach(async () => {
    service = await startLiveService({ token });
  });
  afterEach(() => service.close());

  /** Some calls of three names, and what the service says of them: nothing is measured any more then. */
  async function measure(): Promise<readonly Statistics[]> {
    // Numbers are gathered while somebody watches.
    const gathered = service.statistics(({ series }) => series.reduce((all, { count }) => all + count, 0) === 60);
    await service.statistics(() => true);
    for (let call = 0; call < 10; call++) busy('POST /orders', call % 5 === 0);
    for (let call = 0; call < 20; call++) busy('db.query', false);
    for (let call = 0; call < 30; call++) busy(wideName, false);
    return (await gathered).series;
  }

  function busy(name: string, fails: boolean): void {
    try {
      service.obs.profiler.profile(name, () => {
        const until = performance.now() + Math.random();
        while (performance.now() < until);
        if (fails) throw new TypeError('card \u001b[31mdeclined');
      });
    } catch (error) {
      service.obs.errorTracker.captureException(error);
    }
  }

  it('prints the statistics of the service as JSON', async () => {
    const watching = holdOpen();
    const series = await measure();
    const { code, stdout, stderr } = await cli.run(['top', '--url', service.url, '--once', '--json', '--every', '250ms'], { OBSERVABILITY_LIVE_TOKEN: token });
    expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({ code: 0, stderr: '', lines: 2 });
    const frame = JSON.parse(stdout);
    const { service: name, environment } = await service.hello();
    expect(frame).toMatchObject({ service: name, environment, state: 'open', every: 250, leftOut: 0 });
    // Another subscription, which has seen the same in less time.
    expect(byName(frame.series)).toMatchObject(byName(series.map(({ window: _, ...numbers }) => numbers)));
    // The service has only just started.
    expect(frame.window).toBeGreaterThan(0);
    expect(frame.window).toBeLessThan(20_000);
    expect(frame.series.map(({ p99 }: Statistics) => p99)).toEqual(series.map(({ p99 }) => p99).sort((a, b) => b - a));
    expect(frame.ledger).toMatchObject({ emitted: service.obs.ledger().emitted });
    expect(frame.lastError).toMatchObject({ type: 'TypeError', message: 'card \u001b[31mdeclined' });
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    watching.close();
  });

  it('prints them as a table, too', async () => {
    const watching = holdOpen();
    const series = await measure();
    const { code, stdout } = await cli.run(['top', '--url', service.url, '--once', '--every', '250ms', '--sort', 'count'], { OBSERVABILITY_LIVE_TOKEN: token });
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    const hello = await service.hello();
    const covered = readDuration(/ {2}(\S+ m?s) window · \d\d:\d\d:\d\d · live$/.exec(lines[0] ?? '')?.[1]);
    expect(covered).toBeGreaterThan(0);
    expect(covered).toBeLessThan(20_000);
    expect(lines[0]?.startsWith(`${hello.service} · ${hello.environment} `)).toBe(true);
    expect(stdout).toMatch(/^signals +\d+ emitted · /m);
    expect(stdout).toMatch(/^last error +(just now|\d s ago) · TypeError: card \\e\[31mdeclined$/m);
    const heading = lines.findIndex((line) => line.startsWith('series'));
    expect(lines[heading]?.trim().split(/ +/)).toEqual(['series', 'rate/s', 'count▾', 'errors', 'p50', 'p95', 'p99', 'max']);
    const rows = lines.slice(heading + 1).map((line) => line.split(/ {2,}(?=\S)/));
    expect(rows.map(([name]) => name)).toEqual([expect.stringMatching(/^見積書 📄 \\e\[2J\\u202e of a name lon.*…$/), 'db.query', 'POST /orders']);
    for (const [index, name] of [wideName, 'db.query', 'POST /orders'].entries()) {
      const found = series.find((statistics) => statistics.name === name);
      const numbers = /([\d.]+) +(\d+) +(\d+) +(\S+ \S+) +(\S+ \S+) +(\S+ \S+) +(\S+ \S+)$/.exec(lines[heading + 1 + index] ?? '')?.slice(1) ?? [];
      expect(Number(numbers[0]) / ((found?.count ?? 0) / (covered / 1_000))).toBeCloseTo(1, 1);
      expect(numbers.slice(1, 3).map(Number)).toEqual([found?.count, found?.errors]);
      const durations = numbers.slice(3).map(readDuration);
      for (const [place, key] of (['p50', 'p95', 'p99', 'max'] as const).entries()) {
        expect(Math.abs((durations[place] ?? Number.NaN) / (found?.[key] ?? 0) - 1)).toBeLessThan(0.006);
      }
    }
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    watching.close();
  });

  it('filters, sorts and limits', async () => {
    const watching = holdOpen();
    await measure();
    const names = async (...options: string[]): Promise<{ names: string[]; leftOut: number }> => {
      const { stdout } = await cli.run(['top', '--url', service.url, '--once', '--json', '--every', '250', ...options], { OBSERVABILITY_LIVE_TOKEN: token });
      const frame = JSON.parse(stdout);
      return { names: frame.series.map(({ name }: Statistics) => name), leftOut: frame.leftOut };
    };
    expect(await names('--sort', 'name', '--filter', 'O')).toEqual({ names: ['POST /orders', wideName], leftOut: 1 });
    expect(await names('--sort', 'errors', '--limit', '1')).toEqual({ names: ['POST /orders'], leftOut: 2 });
    watching.close();
  });

  it('asks for the window and the interval it was given, with the token in a header', async () => {
    const { code } = await cli.run(['top', '--url', `${service.url}deep/?x=1`, '--once', '--window', '2m', '--every', '0.5s', '--token', token]);
    expect(code).toBe(0);
    const [{ url, headers } = { url: '', headers: {} }] = service.requests;
    expect(headers['authorization']).toBe(`Bearer ${token}`);
    expect(url).toBe('/deep/?x=1&parts=statistics,health,ledger,metrics,errors&window=120000&every=500');
  });

  it.each([[{}], [{ OBSERVABILITY_LIVE_TOKEN: 'not-the-token' }]])('says what to do when its token is refused (%j)', async (environment) => {
    const { code, stdout, stderr } = await cli.run(['top', '--url', service.url], environment as Record<string, string>);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `arkhe-observability: ${service.url} answered 401: the token is missing or wrong; set OBSERVABILITY_LIVE_TOKEN to the token that its liveHandler was given\n`,
    );
  });

  it.each([
    [403, 'text/plain', /answered 403: .*; give its liveHandler a token and set OBSERVABILITY_LIVE_TOKEN to the same/],
    [404, 'text/plain', /answered 404: .*; give --url the address where the service has mounted liveHandler/],
    [200, 'text/html', /answered with text\/html: this is no live stream; check that --url is where the service has mounted liveHandler/],
  ])('ends when the answer is %i %s', async (status, type, sentence) => {
    const other = createServer((_request, response) => response.writeHead(status, { 'content-type': type }).end('no'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { code, stderr } = await cli.run(['top', '--url', `http://127.0.0.1:${(other.address() as AddressInfo).port}/`]);
    other.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('does not wait for a service with --once', async () => {
    const { url } = service;
    await service.close();
    const { code, stderr } = await cli.run(['top', '--url', url, '--once']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `arkhe-observability: ${url} gave no answer (ECONNREFUSED); is the service running?\n` });
  });

  it('waits for a service that went away, and goes on', async () => {
    const top = cli.start(['top', '--url', service.url, '--json', '--every', '250ms'], { OBSERVABILITY_LIVE_TOKEN: token });
    await top.says(/"state":"open"/);
    const { port } = service;
    await service.close();
    await top.says(/^retrying: http:/m);
    service = await startLiveService({ token, port });
    await top.says(/^connected again to http:/m);
    const before = top.stdout.length;
    await top.says(RegExp(`^[^]{${before}}[^]*"state":"open"[^]*\\n`));
    top.child.kill('SIGTERM');
    const { code, stdout, stderr } = await top.ended;
    expect(code).toBe(143);
    for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toMatchObject({ every: 250 });
    expect(stdout + stderr).not.toContain(token);
  });

  it('ends on Ctrl-C with 130', async () => {
    const top = cli.start(['top', '--url', service.url, '--every', '250ms'], { OBSERVABILITY_LIVE_TOKEN: token });
    await top.says(/no series with values\n\n[^]*no series with values\n/);
    top.child.kill('SIGINT');
    expect(await top.ended).toMatchObject({ code: 130, signal: null, stderr: '' });
  });

  describe.skipIf(!existsSync('/usr/bin/script'))('in a terminal', () => {
    const begin = '\u001b[?1049h\u001b[?25l\u001b[?7l';
    const restored = '\u001b[?7h\u001b[?25h\u001b[?1049l';

    function open(environment: Record<string, string> = {}): Running {
      return cli.startInTerminal(['top', '--url', service.url, '--every', '250ms'], 80, 16, { OBSERVABILITY_LIVE_TOKEN: token, ...environment });
    }

    it('draws on a screen of its own, and takes keys', async () => {
      const watching = holdOpen();
      await measure();
      const top = open();
      await top.says(/p99▾[^]*db\.query[^]*\[\?2026l/);
      expect(top.stdout).toContain(begin);
      const lines = frames(top.stdout).at(-1) ?? [];
      expect(lines).toHaveLength(16);
      expect(lines[0]).toMatch(/ window · .* · live$/);
      expect(lines.at(-1)).toMatch(/^q quit/);
      top.child.stdin.write('ssr');
      await top.says(/count▴/);
      top.child.stdin.write('/DB');
      await top.says(/filter: DB▏/);
      const filtered = frames(top.stdout).at(-1) ?? [];
      expect(filtered.filter((line) => /\d (µs|ms) /.test(line) && !line.includes(' window · ')).map((line) => line.split(' ')[0])).toEqual(['db.query']);
      top.child.stdin.write('\rq');
      const { code, stdout } = await top.ended;
      expect(code).toBe(0);
      expect(stdout.endsWith(restored)).toBe(true);
      watching.close();
    });

    it('colours nothing with NO_COLOR', async () => {
      const top = open({ NO_COLOR: '1' });
      await top.says(/live/);
      top.child.stdin.write('q');
      expect((await top.ended).stdout).not.toMatch(/\u001b\[[\d;]*m/);
    });

    it.each([
      ['Ctrl-C', 130, (top: Running) => top.child.stdin.write('\u0003')],
      ['SIGTERM', 143, (top: Running) => process.kill(Number(/pid (\d+)\./.exec(top.stdout)?.[1]), 'SIGTERM')],
      ['SIGINT', 130, (top: Running) => process.kill(Number(/pid (\d+)\./.exec(top.stdout)?.[1]), 'SIGINT')],
    ])('puts the terminal back on %s', async (_what, expected, end) => {
      const top = open();
      await top.says(/ · .*live/);
      end(top);
      const { code, stdout } = await top.ended;
      expect(code).toBe(expected);
      expect(stdout.endsWith(restored)).toBe(true);
    });

    it('puts the terminal back before it says why it was refused', async () => {
      const { code, stdout } = await open({ OBSERVABILITY_LIVE_TOKEN: 'wrong' }).ended;
      expect(code).toBe(1);
      expect(stdout.slice(stdout.indexOf(restored) + restored.length)).toMatch(/^arkhe-observability: .* answered 401: .*\r\n$/);
    });

    it('shows that it tries again', async () => {
      const top = open();
      await top.says(/ · .*live/);
      await service.close();
      await top.says(/connection.*http:/);
      expect(frames(top.stdout).at(-1)?.[0]).toMatch(/ · (retrying|connecting)$/);
      top.child.stdin.write('q');
      expect((await top.ended).code).toBe(0);
    });
  });

  /** Somebody who watches, so that the service does not forget between two others. */
  function holdOpen(): { close(): void } {
    const abort = new AbortController();
    void fetch(`${service.url}?parts=statistics,errors&every=250`, { headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` }, signal: abort.signal })
      .then(({ body }) => body?.pipeTo(new WritableStream()))
      .catch(() => undefined);
    return { close: () => abort.abort() };
  }
});

function byName<S extends Pick<Statistics, 'name'>>(series: readonly S[]): Record<string, S> {
  return Object.fromEntries(series.map((statistics) => [statistics.name, statistics]));
}

function readDuration(text = ''): number {
  const [number, unit] = text.split(' ');
  return Number(number) * ({ µs: 0.001, ms: 1, s: 1_000 }[unit ?? ''] ?? Number.NaN);
}

/** What stood on the screen after each write, without colours. */
function frames(output: string): string[][] {
  return output
    .split('\u001b[?2026h\u001b[H')
    .slice(1)
    .map((frame) => frame.slice(0, frame.indexOf('\u001b[J')).replace(/\u001b\[[\d;]*[mK]/g, '').split('\r\n').map((line) => line.trimEnd()));
}
