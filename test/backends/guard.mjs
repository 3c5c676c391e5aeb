// Runs a backend in a folder of its own. When whoever asked for it is gone, in whatever way that happened, this input ends: then the
// backend ends too, and the folder goes.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [folder, command, ...args] = process.argv.slice(2);
const backend = spawn(command, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
backend.on('error', (error) => {
  console.error(error.message);
  leave(1);
});
backend.on('exit', (code) => leave(code ?? 1));

process.stdin.on('close', end).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

function end() {
  backend.kill();
  setTimeout(() => backend.kill('SIGKILL'), 5_000).unref();
}

function leave(code) {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
