import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { decodeLogs } from './decode-otlp.ts';
import type { DecodedLog } from './decode-otlp.ts';
import { startFaultServer } from './fault-server.ts';
import type { FaultServer } from './fault-server.ts';

/** How a process ended, as its operator sees it. */
export interface Death {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Byte for byte, but for the number of the process. */
  readonly stderr: string;
}

/** An error as the process told it on its stream. */
export interface ToldError {
  readonly type: string;
  readonly message: string;
  readonly level: string;
  readonly mechanism: string;
  readonly handled: boolean;
  readonly traceId?: string;
}

/** The same program twice. */
export interface Crash {
  readonly unobserved: Death;
  readonly observed: Death;
  /** What the program wrote, without what the console sink did. */
  readonly said: readonly string[];
  readonly told: readonly ToldError[];
  /** The errors that arrived at the receiver. */
  readonly delivered: readonly DecodedLog[];
  /** Of the observed one: what it took longer, in milliseconds. */
  readonly longer: number;
}

export interface Program {
  /** By name; the first is run. A name that ends in `.cjs` is CommonJS. */
  readonly files: Readonly<Record<string, string>>;
  readonly flags?: readonly string[] | undefined;
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/**
 * Runs programs without the SDK and with it. They have `observe(options)` of `./sdk.mjs` or `./sdk.cjs`, the same of another copy of it
 * in `./copy.cjs`, and `./preload.mjs`.
 */
export interface CrashRunner {
  crash(program: Program, receiver?: Receiver): Promise<Crash>;
  dispose(): void;
}

/** How the receiver is, unless it is well. */
export interface Receiver {
  readonly url?: string;
  prepare?(server: FaultServer): void;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Stands in for the package: nothing is imported, and no listener added. */
const absent = `
  const manager = {
    logger: { error: () => undefined },
    errorTracker: { captureException: () => '' },
    tracer: { startSpan: (name, work) => work({}) },
    shutdown: async () => undefined,
  };
  exports.observe = () => manager;
`;

/** Default sources and sinks, and one that sends. What is told is also said, line by line. */
const present = `
  const { writeSync } = require('node:fs');
  exports.uncaughtErrors = sdk.uncaughtErrors;
  exports.otlpSink = sdk.otlpSink;
  exports.observe = (options) => {
    const obs = sdk.createObservability({
      sinks: (defaults) => [...defaults, sdk.otlpSink({ endpoint: process.env.RECEIVER, compression: 'none' })],
      ...options,
    });
    obs.errors$.subscribe(({ error: { type, message }, level, mechanism, handled, trace }) => {
      writeSync(1, 'told:' + JSON.stringify({ type, message, level, mechanism, handled, traceId: trace?.traceId }) + '\\n');
    });
    return obs;
  };
`;

export async function createCrashRunner(): Promise<CrashRunner> {
  const folder = mkdtempSync(join(tmpdir(), 'observability-crash-'));
  const bundle = join(folder, 'observability.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['src/node/index.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['@sentry/*'],
    logLevel: 'error',
  });
  let programs = 0;

  function write(home: string, files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(home, name)), { recursive: true });
      writeFileSync(join(home, name), text);
    }
  }

  return {
    async crash({ files, flags = [], variables = {} }, { url, prepare } = {}) {
      const home = join(folder, `program-${++programs}`);
      const server = await startFaultServer();
      prepare?.(server);
      try {
        write(home, {
          'sdk.mjs': "import sdk from './sdk.cjs';\nexport const { observe } = sdk;",
          'preload.mjs': "import { observe } from './sdk.mjs';\nobserve();",
          ...files,
        });
        const args = [...flags, join(home, Object.keys(files)[0] ?? '')];
        const run = (): Promise<Ran> => runNode(args, home, { ...variables, RECEIVER: url ?? server.url });
        write(home, { 'sdk.cjs': absent, 'copy.cjs': "module.exports = require('./sdk.cjs');" });
        const unobserved = await run();
        const load = `const sdk = require(${JSON.stringify(bundle)});`;
        write(home, { 'sdk.cjs': `${load}${present}`, 'copy.cjs': `delete require.cache[${JSON.stringify(bundle)}];\n${load}${present}` });
        const observed = await run();
        const logs = server.received.filter(({ path }) => path === '/v1/logs').flatMap(({ body, headers }) => decodeLogs(body, headers['content-type'] ?? ''));
        const lines = observed.stdout.split('\n');
        return {
          unobserved: deathOf(unobserved),
          observed: deathOf(observed),
          said: lines.filter((line) => line.startsWith('said:')).map((line) => line.slice('said:'.length)),
          told: lines.filter((line) => line.startsWith('told:')).map((line) => JSON.parse(line.slice('told:'.length)) as ToldError),
          delivered: logs.filter(({ eventName }) => eventName === 'exception'),
          longer: observed.milliseconds - unobserved.milliseconds,
        };
      } finally {
        await server.close();
      }
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

interface Ran extends Death {
  readonly stdout: string;
  readonly milliseconds: number;
}

function deathOf({ code, signal, stderr }: Ran): Death {
  return { code, signal, stderr: stderr.replaceAll(/\(node:\d+\)/g, '(node:pid)') };
}

function runNode(args: readonly string[], cwd: string, variables: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const env = { PATH: process.env['PATH'] ?? '', ...variables };
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const deadline = setTimeout(() => child.kill('SIGKILL'), 40_000);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(deadline);
      resolve({ code, signal, stdout, stderr, milliseconds: performance.now() - startedAt });
    });
  });
}
