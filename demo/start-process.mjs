// The other processes of the demo. They say when they have started, and end when they are told to, or when this one is gone.
import { fork } from 'node:child_process';
import { once } from 'node:events';

const patienceMs = 3_000;

export async function startProcess(file, { env, onSignals, onWarning }) {
  const child = fork(new URL(file, import.meta.url), { env: { ...process.env, ...env } });
  const ended = once(child, 'exit');
  let stopping = false;
  let last = {};
  const started = new Promise((resolve) => {
    child.on('message', (message) => {
      if (message.signals) onSignals(message.signals);
      if (message.warning) onWarning(message.warning, message.attributes);
      if (message.started) resolve(message.started);
      if (message.ended) last = message.ended;
    });
  });
  ended.then(([code, signal]) => {
    if (stopping) return;
    console.error(`\n  ${file} has ended, though nobody asked it to (${signal ?? code}).`);
    process.exit(1); // The others end with this one.
  });
  return {
    /** What it said when it had started. */
    started: await started,
    /** Resolves with what it said at its end. */
    async stop() {
      stopping = true;
      if (child.connected) child.send('stop');
      const late = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await ended;
      clearTimeout(late);
      return last;
    },
  };
}
