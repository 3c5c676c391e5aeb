import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A backend that runs. It ends with this process at the latest, in whatever way that ends. */
export interface BackendProcess {
  /** The line that told it was ready. */
  readonly ready: RegExpMatchArray;
  stop(): Promise<void>;
}

const guard = fileURLToPath(new URL('guard.mjs', import.meta.url));
const patience = 60_000;

export interface BackendCommand {
  /** In messages. */
  readonly title: string;
  readonly file: string;
  /** `folder`: its own, empty, gone when it has ended. */
  readonly args: (folder: string) => readonly string[];
  /** What it writes once it takes requests. */
  readonly ready: RegExp;
}

/** @throws Error with the end of its output when it does not start */
export async function startProcess({ title, file, args, ready }: BackendCommand): Promise<BackendProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'observability-backend-'));
  const child = spawn(process.execPath, [guard, folder, file, ...args(folder)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  // A guard that died takes no more.
  child.stdin.on('error', () => {});
  let output = '';
  const match = await new Promise<RegExpMatchArray | undefined>((resolve) => {
    const read = (chunk: Buffer): void => {
      // A backend may write much more while it runs.
      output = (output + chunk.toString()).slice(-20_000);
      const found = ready.exec(output);
      if (found !== null) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => resolve(undefined));
    setTimeout(() => resolve(undefined), patience).unref();
  });
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  if (match !== undefined) return { ready: match, stop };
  const reason = child.exitCode === null ? `was not ready after ${patience / 1_000} s` : `ended with ${child.exitCode}`;
  await stop();
  throw new Error(`${title} ${reason}:\n${output.split('\n').slice(-20).join('\n')}`);
}

/** Starts a backend that must be told its ports, again with others when one was taken meanwhile. */
export async function withFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (tries === 3 || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
