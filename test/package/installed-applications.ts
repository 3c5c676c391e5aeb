import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { installed } from './application.ts';

const applications = fileURLToPath(new URL('../applications', import.meta.url));

/** A folder with the applications, their packages and the packed package. */
export interface InstalledApplications {
  readonly folder: string;
  /** Starts one; resolves when it listens. */
  start(flags: readonly string[], variables: Readonly<Record<string, string>>): Promise<Application>;
  /** Runs one that ends by itself. */
  run(flags: readonly string[], variables?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Ends what still runs, after a failed test, too. */
  dispose(): void;
}

export interface Application {
  readonly url: string;
  /** Tells it to end, and waits until it has. */
  stop(): Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Launched {
  readonly lines: NodeJS.EventEmitter;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** How long one may take, in milliseconds, before it counts as hung. */
const HUNG = 40_000;

export function installApplications(): InstalledApplications {
  if (!existsSync(join(applications, 'node_modules'))) throw new Error('test/applications is not installed: npm ci --prefix test/applications --ignore-scripts');
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'observability-applications-')));
  for (const name of packagesIn(join(applications, 'node_modules'))) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(applications, 'node_modules', name), link, 'junction');
  }
  installPackage(folder);
  for (const name of readdirSync(applications).filter((entry) => /\.[cm]js$/.test(entry))) cpSync(join(applications, name), join(folder, name));

  const running = new Set<ChildProcess>();

  function launch(flags: readonly string[], variables: Readonly<Record<string, string>>): Launched {
    // Nothing of the tests' own environment: a kill switch there would make every application pass.
    const env = { PATH: process.env['PATH'] ?? '', ...variables };
    const child = spawn(process.execPath, flags, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    const deadline = setTimeout(() => child.kill('SIGKILL'), HUNG);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = once(child, 'close').then(([code, signal]: readonly unknown[]) => {
      clearTimeout(deadline);
      running.delete(child);
      return { code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr };
    });
    return { lines: createInterface(child.stdout), ended, kill: (signal) => void child.kill(signal) };
  }

  return {
    folder,
    async start(flags, variables) {
      const { lines, ended, kill } = launch(flags, variables);
      const port = await new Promise<string>((resolve, reject) => {
        lines.on('line', (line: string) => line.startsWith('port ') && resolve(line.slice(5)));
        void ended.then(({ stderr }) => reject(new Error(`${flags.join(' ')} did not start: ${stderr}`)));
      });
      return {
        url: `http://127.0.0.1:${port}`,
        stop() {
          kill('SIGTERM');
          return ended;
        },
      };
    },
    run: (flags, variables = {}) => launch(flags, variables).ended,
    dispose() {
      for (const child of running) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Copies the packed package, but for what is the browser's: from a link it would find the packages of where that leads to. */
export function installPackage(folder: string): void {
  const isNeeded = (file: string): boolean => !file.startsWith(join(installed, 'dist/browser'));
  cpSync(installed, join(folder, 'node_modules/@arkhe/observability'), { recursive: true, filter: isNeeded });
}

function packagesIn(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    if (name.startsWith('.')) return [];
    return name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : name;
  });
}

/** A service that the applications ask: it knows what headers came. */
export interface Asked {
  readonly url: string;
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  close(): Promise<void>;
}

export async function startAskedService(): Promise<Asked> {
  const requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  const server = createServer(({ url = '', headers }, response) => {
    requests.push({ path: url, headers });
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ [url.split('/')[1] ?? '']: 3 }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
