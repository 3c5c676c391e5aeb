import type { CommandHost } from './command.ts';
import { escapeControls } from './escape-controls.ts';
import { exitCodes } from './exit-codes.ts';
import { program } from './help.ts';

/** Longest milliseconds what is still open may keep a finished process. */
const GRACE = 2_000;

/** The host that is this process, and what ends it. */
export interface ProcessHost {
  readonly host: CommandHost;
  end(code: number): void;
}

/** Listens to the signals that end a process: the first lets the command clean up, the second is obeyed at once. */
export function hostOfProcess(): ProcessHost {
  const ending = new AbortController();
  // The SDK's own timers keep no process alive, and a command may wait for nothing else.
  const awake = setInterval(() => undefined, 2 ** 30);

  function endWith(code: number): void {
    if (ending.signal.aborted) process.exit(code);
    ending.abort(code);
  }

  const interrupt = (): void => endWith(exitCodes.interrupted);
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', () => endWith(exitCodes.terminated));
  process.on('SIGHUP', () => endWith(exitCodes.hungUp));
  process.on('uncaughtException', (error: unknown) => {
    process.exitCode = exitCodes.failed;
    process.stderr.write(`${program}: ${escapeControls(error instanceof Error ? error.message : String(error))}\n`);
    process.exit();
  });
  // Who reads the output may have seen enough, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? exitCodes.fine : exitCodes.failed));
  process.stderr.on('error', () => undefined);

  return {
    host: {
      // Opened only when somebody reads it.
      get stdin() {
        return process.stdin;
      },
      stdout: process.stdout,
      stderr: process.stderr,
      environment: process.env,
      ending: ending.signal,
      interrupt,
      atExit(restore) {
        process.on('exit', restore);
        return () => process.off('exit', restore);
      },
    },
    end(code) {
      clearInterval(awake);
      process.exitCode = code;
      // By itself, so that what was written arrives; but not kept by what is open yet.
      setTimeout(() => process.exit(), GRACE).unref();
    },
  };
}
