import type cluster from 'node:cluster';
import type { Worker } from 'node:cluster';

/** To the other processes of a cluster. */
export interface ProcessChannel {
  /** Never throws: what cannot be sent is lost. */
  post(message: unknown): void;
  close(): void;
}

/** As it goes over the application's own channel between its processes, whose other messages are left alone. */
interface Letter {
  readonly 'arkhe-observability': string;
  /** A message as V8 writes it, in base64, because the channel may speak JSON. */
  readonly data: string;
}

type Cluster = typeof cluster;
type Send = (letter: Letter, done: () => void) => void;

/** A process that reads too slowly, or not at all, misses what comes when so many letters are on their way to it. */
const mostUnderWay = 128;

/** Letters go from a worker to the primary, and from there to the other workers. `undefined` where there is no cluster. */
export function openProcessChannel(name: string, hear: (message: unknown) => void): ProcessChannel | undefined {
  // Asked for here, because loading them takes milliseconds that most programs would spend for nothing. Asked in this way, Node gives
  // the cluster itself, not a module with a default.
  const cluster = process.getBuiltinModule?.('node:cluster') as unknown as Cluster | undefined;
  const v8 = process.getBuiltinModule?.('node:v8');
  if (cluster === undefined || v8 === undefined) return undefined;
  const { worker } = cluster;
  const underWay = new WeakMap<object, number>();

  function send(to: object, letter: Letter, by: Send): void {
    const before = underWay.get(to) ?? 0;
    if (before >= mostUnderWay) return;
    underWay.set(to, before + 1);
    try {
      // With a callback a failure is told there, and not with an event that would end the process.
      by(letter, () => underWay.set(to, (underWay.get(to) ?? 1) - 1));
    } catch {
      underWay.set(to, before);
    }
  }

  function sendToWorkers(letter: Letter, from?: Worker): void {
    for (const worker of Object.values(cluster?.workers ?? {})) {
      if (worker === undefined || worker === from || !worker.isConnected()) continue;
      send(worker, letter, (message, done) => worker.send(message, undefined, done));
    }
  }

  function sendToPrimary(letter: Letter): void {
    if (process.connected) send(process, letter, (message, done) => process.send?.(message, undefined, undefined, done));
  }

  function take(given: unknown, from?: Worker): void {
    const { 'arkhe-observability': to, data } = Object(given) as Partial<Record<keyof Letter, unknown>>;
    if (to !== name) return;
    if (from !== undefined) sendToWorkers(given as Letter, from);
    hear(read(data));
  }

  function read(data: unknown): unknown {
    try {
      return v8?.deserialize(Buffer.from(data as string, 'base64'));
    } catch {
      // No message then, and counted as such.
      return undefined;
    }
  }

  function hearWorker(worker: Worker, given: unknown): void {
    take(given, worker);
  }
  function hearPrimary(given: unknown): void {
    take(given);
  }
  if (worker === undefined) cluster.on('message', hearWorker);
  // Not at the process, where a listener of ours would keep it alive.
  else worker.on('message', hearPrimary);

  return {
    post(message) {
      if (worker === undefined && Object.keys(cluster.workers ?? {}).length === 0) return;
      let letter: Letter;
      try {
        letter = { 'arkhe-observability': name, data: v8.serialize(message).toString('base64') };
      } catch {
        // What only threads can give to each other: no message of ours.
        return;
      }
      if (worker === undefined) sendToWorkers(letter);
      else sendToPrimary(letter);
    },
    close() {
      if (worker === undefined) cluster.off('message', hearWorker);
      else worker.off('message', hearPrimary);
    },
  };
}
