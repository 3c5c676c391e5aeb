// A queue, as a message broker has them: what goes in is text, and who takes it out knows nothing of who put it in.
import { PassThrough } from 'node:stream';

export function createOrders() {
  const queue = new PassThrough({ objectMode: true });
  return {
    publish: (message) => void queue.write(message),
    /** Of whoever takes them out, one after the other. */
    messages: () => queue,
    close: () => void queue.end(),
  };
}
