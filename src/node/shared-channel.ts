import { BroadcastChannel, isMainThread } from 'node:worker_threads';
import type { SharedChannel, SharedListener } from '../core/live/shared-channel.ts';
import type { SharedMessage } from '../core/live/shared-message.ts';
import { openProcessChannel } from './shared-process-channel.ts';

/** Of what came from another process and is told to the threads of this one: they tell it to no process again. */
interface Relayed {
  readonly relayed?: true;
}

/**
 * The threads of this process, and with `node:cluster` the other processes. Between processes the main threads talk: each of them has
 * to take part for its process to be heard, and the primary's hands on what the workers say.
 */
export function openSharedChannel(name: string, { hear }: SharedListener): SharedChannel {
  const threads = new BroadcastChannel(name);
  const processes = isMainThread ? openProcessChannel(name, hearProcess) : undefined;

  function hearProcess(message: unknown): void {
    hear(message);
    if (typeof message === 'object' && message !== null) postToThreads({ ...message, relayed: true } satisfies Relayed);
  }

  function postToThreads(message: unknown): void {
    try {
      threads.postMessage(message);
    } catch {
      // Out of memory, or a channel that is closed: it is missed, and asked for again.
    }
  }

  threads.onmessage = (event: unknown): void => {
    const { data } = event as { readonly data: unknown };
    hear(data);
    if ((Object(data) as Relayed).relayed === undefined) processes?.post(data);
  };
  threads.unref();

  return {
    post(message: SharedMessage) {
      postToThreads(message);
      processes?.post(message);
    },
    close() {
      threads.close();
      processes?.close();
    },
  };
}
