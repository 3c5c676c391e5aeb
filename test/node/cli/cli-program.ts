import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the command. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has said so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when what it said on either stream has this; rejects when it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
}

/** The command as it is now, in an installed package of its own. */
export interface CliProgram {
  readonly file: string;
  start(args: readonly string[], environment?: Readonly<Record<string, string>>): Running;
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended>;
  /** In a terminal of this size; `undefined` on systems without the program that makes one. */
  startInTerminal(args: readonly string[], columns: number, rows: number, environment?: Readonly<Record<string, string>>): Running;
  dispose(): void;
}

/** What the package's page is made of here. */
export const pageFiles = { 'index.html': '<!doctype html><title>page</title>', 'dashboard.js': 'script()', 'dashboard.css': 'body {}' } as const;

export async function buildCli(): Promise<CliProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'observability-cli-'));
  const file = join(folder, 'dist', 'node', 'cli.js');
  await build({
    absWorkingDir: fileURLToPath(new URL('../../..', import.meta.url)),
    entryPoints: ['src/node/cli/main.ts'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@sentry/*'],
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
    logLevel: 'error',
  });
  mkdirSync(join(folder, 'dist', 'dashboard'));
  for (const [name, text] of Object.entries(pageFiles)) writeFileSync(join(folder, 'dist', 'dashboard', name), text);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: '@arkhe/observability', type: 'module' }));
  const started = new Set<ChildProcessWithoutNullStreams>();

  function launch(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
    // Nothing of the tests' own environment.
    const child = spawn(program, args, { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...environment } });
    started.add(child);
    // Who ends does not read any more.
    child.stdin.on('error', () => undefined);
    return follow(child);
  }

  const start: CliProgram['start'] = (args, environment) => launch(process.execPath, [file, ...args], environment);
  return {
    file,
    start,
    run: (args, environment) => start(args, environment).ended,
    startInTerminal(args, columns, rows, environment) {
      const command = [process.execPath, file, ...args].map((part) => `'${part}'`).join(' ');
      const line = `stty cols ${columns} rows ${rows}; echo "pid $$."; exec ${command}`;
      return launch('script', ['-qec', line, '/dev/null'], { TERM: 'xterm', SHELL: '/bin/sh', ...environment });
    },
    dispose() {
      for (const child of started) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function follow(child: ChildProcessWithoutNullStreams): Running {
  let [stdout, stderr] = ['', ''];
  const heard = new Set<() => void>();
  const tell = (): void => {
    for (const listener of heard) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    tell();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    tell();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    child,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(stdout) ?? pattern.exec(stderr);
          if (found === null) return;
          heard.delete(look);
          resolve(found);
        };
        heard.add(look);
        look();
        void ended.then(() => reject(new Error(`it ended without ${pattern}: ${stdout}${stderr}`)));
      }),
  };
}
