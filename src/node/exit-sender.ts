import { Worker } from 'node:worker_threads';
import { exitWorker } from './exit-worker.ts';
import type { Letter } from './posting.ts';

/** What the thread is given. */
export interface ExitWorkerData {
  readonly letters: readonly Letter[];
  /** Set to 1, and notified, when every letter was answered or cannot be. */
  readonly done: Int32Array;
}

/**
 * Sends while the process exits, when nothing asynchronous happens any more: in a thread of its own, for which this one waits, but
 * no longer than the time. Says nothing and throws nothing, whatever happens: there is nobody left to tell.
 */
export function sendAtExit(letters: readonly Letter[], milliseconds: number): void {
  if (letters.length === 0) return;
  try {
    const done = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const workerData: ExitWorkerData = { letters, done };
    // What the process was told to load would be loaded once more, there.
    const { NODE_OPTIONS: _, ...env } = process.env;
    new Worker(exitWorker, { eval: true, workerData, env, execArgv: [], stdout: true, stderr: true });
    Atomics.wait(done, 0, 0, milliseconds);
  } catch {
    // A host may forbid threads.
  }
}
