import { spawn } from 'node:child_process';

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // `start` is a word of the shell, and would read `&` in an address as one, too.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens an address in the browser of the desktop. `failed` gets what the system says when it cannot. */
export function openBrowser(url: string, failed: (code: string) => void): void {
  const [program, ...args] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', (error: NodeJS.ErrnoException) => failed(error.code ?? error.name));
  child.on('exit', (code) => code !== null && code !== 0 && failed(`${program} ended with ${code}`));
  child.unref();
}
