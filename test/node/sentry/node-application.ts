import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Node application that has the sources of the package as they are now, and Sentry's packages from the registry. */
export interface NodeApplication {
  /** Runs a program in a process of its own. In it: the package as `sdk`, and the helpers beside this file. */
  run(program: string): Promise<Ended>;
  dispose(): void;
}

const preamble = `
  import * as sdk from './index.mjs';
  import * as things from './thrown-things.mjs';
  import * as secrets from './planted-secrets.mjs';
  import { changed, probeProcess as probe } from './process-probe.mjs';
`;
const root = fileURLToPath(new URL('../../..', import.meta.url));

export async function createNodeApplication(): Promise<NodeApplication> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'observability-sentry-')));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await build({
    absWorkingDir: root,
    entryPoints: ['src/node/index.ts', ...['thrown-things', 'planted-secrets', 'process-probe'].map((name) => `test/node/sentry/${name}.ts`)],
    entryNames: '[name]',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@sentry/*', '@opentelemetry/api'],
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
    logLevel: 'error',
  });
  let programs = 0;
  return {
    run(program) {
      const file = join(folder, `program-${++programs}.mjs`);
      writeFileSync(file, preamble + program);
      return new Promise((resolve) => {
        // Nothing of the tests' own environment: a kill switch there would make every program silent.
        const options = { cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, timeout: 40_000 };
        const child = execFile(process.execPath, [file], options, (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }));
      });
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
