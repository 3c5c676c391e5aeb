import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export interface Ended {
  readonly code: number | null;
  /** What it died by. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
  /** Milliseconds from its last output to its end: without the start, which takes long on a busy machine. */
  readonly ending: number;
}

/** Runs scripts against the sources, each in a process of its own. */
export interface ScriptRunner {
  /** In the script: every name of the package under `sdk`, and of the application's own copy of RxJS under `rxjs`. */
  run(script: string, flags?: readonly string[]): Promise<Ended>;
  dispose(): void;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Bundles the sources as they are now, RxJS included, as the build does: the scripts meet two copies of RxJS. Another `entry` gives
 * the scripts other names under `sdk`.
 */
export async function createScriptRunner(entry = 'src/node/index.ts'): Promise<ScriptRunner> {
  const folder = mkdtempSync(join(tmpdir(), 'observability-child-'));
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(folder, 'sdk.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@sentry/*'],
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
    logLevel: 'error',
  });
  const rxjs = pathToFileURL(createRequire(import.meta.url).resolve('rxjs')).href;
  let scripts = 0;
  return {
    run(script, flags = []) {
      const file = join(folder, `script-${++scripts}.mjs`);
      writeFileSync(file, `import * as sdk from './sdk.mjs';\nimport * as rxjs from '${rxjs}';\n${script}`);
      return run([...flags, file]);
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function run(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    // Nothing of the tests' own environment: a kill switch there would make every script pass.
    const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'] ?? '' }, stdio: ['ignore', 'pipe', 'pipe'] });
    const deadline = setTimeout(() => child.kill('SIGKILL'), 40_000);
    let [stdout, stderr] = ['', ''];
    let lastAt = startedAt;
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      lastAt = performance.now();
    });
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(deadline);
      const endedAt = performance.now();
      resolve({ code, signal, stdout, stderr, milliseconds: endedAt - startedAt, ending: endedAt - lastAt });
    });
  });
}
