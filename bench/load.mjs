// The load of `wrk` on a server in a process of its own, which tells its port when it listens, and what it has cost when asked.
import { execFile, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const [warmUp, measured] = ['2s', '4s'];

/** Why there can be no load. `undefined`: there can be. */
export function missingLoad() {
  const isMissing = spawnSync('wrk', ['-v']).error !== undefined;
  return isMissing ? 'it needs `wrk` (Debian, Ubuntu: apt-get install wrk; macOS: brew install wrk)' : undefined;
}

/**
 * One of `servers`, without anything else of the environment: variables of OpenTelemetry's would change what is measured. `stdout`: a
 * file descriptor.
 */
export function startServer(name, { stdout = 'inherit', execArgv = [], variables = {} } = {}) {
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', ...variables };
  const file = fileURLToPath(new URL(`servers/${name}.mjs`, import.meta.url));
  return fork(file, { env, execArgv, stdio: ['ignore', stdout, 'inherit', 'ipc'] });
}

/** What it answers. */
export async function ask(server, question) {
  server.send(question);
  const [answer] = await once(server, 'message');
  return answer;
}

/** Lets it write what it has not written yet: pino writes behind. */
export async function endServer(server) {
  const ended = once(server, 'exit');
  server.disconnect();
  await ended;
}

/**
 * `requests` counts those of the warm-up, too; CPU is in microseconds a request. Of requests the server's count is taken: that of `wrk`
 * was seen to be a little above it.
 */
export async function underLoad(server, { path = '/', headers = {} } = {}) {
  const [{ port }] = await once(server, 'message');
  const args = ['-t1', '-c32', '--latency', ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])];
  const url = `http://127.0.0.1:${port}${path}`;
  await load([...args, `-d${warmUp}`, url]);
  const before = await ask(server, 'account');
  const { seconds, p99 } = await load([...args, `-d${measured}`, url]);
  const { cpu, requests, spans } = await ask(server, 'account');
  const answered = requests - before.requests;
  return { rate: answered / seconds, p99, cpu: (cpu - before.cpu) / answered, spans, requests };
}

async function load(args) {
  const { stdout } = await promisify(execFile)('wrk', args);
  const [, seconds] = /requests in ([\d.]+)s/.exec(stdout) ?? [];
  const [, p99, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  const failed = seconds === undefined || unit === undefined || /Non-2xx|Socket errors/.test(stdout);
  if (failed) throw new Error(`wrk: ${stdout}`);
  return { seconds: Number(seconds), p99: Number(p99) * { us: 0.001, ms: 1, s: 1_000 }[unit] };
}
