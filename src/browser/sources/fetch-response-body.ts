import { createLoggedBody } from '../../core/requests/logged-body.ts';
import type { LoggedBody } from '../../core/requests/logged-body.ts';
import type { BodyPolicy } from '../../core/requests/request-policy.ts';

/** A response's body that is read beside the application. */
export interface ResponseBodyCopy {
  /** What it says, once it is there whole; `undefined` when it does not come whole. Never rejects. */
  readonly value: Promise<unknown>;
  /** Reads no further. */
  stop(): void;
}

/**
 * `undefined` for a body that is not to be logged. The response must not have been handed out yet: one that is being read cannot be
 * copied.
 *
 * A copy splits the stream in two. What one side reads is kept until the other has read it, too: an application that never reads its
 * side holds the whole body, and one that gives its side up does not stop the transfer while ours goes on. Every piece passes through
 * JavaScript: in Chromium even a small body is there a millisecond or two later than it would be. So only what says that it is small
 * is copied: never a stream without a length, such as server-sent events.
 */
export function copyResponseBody(response: Response, policy: BodyPolicy, header: (name: string) => unknown): ResponseBodyCopy | undefined {
  try {
    const length = Number(header('content-length') ?? 0);
    const body = length > 0 && length <= policy.maxBytes ? createLoggedBody(policy, header) : undefined;
    // Without a body there is nothing to read; of one that someone below has begun to read there is no copy.
    const reader = body === undefined || response.bodyUsed ? undefined : response.clone().body?.getReader();
    if (body === undefined || reader === undefined) return undefined;
    return { value: read(reader, body, policy.maxBytes), stop: () => stop(reader) };
  } catch {
    // Of a patch below, that answers with what is no response.
    return undefined;
  }
}

function stop(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  void reader.cancel().catch(() => undefined);
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>, body: LoggedBody, most: number): Promise<unknown> {
  try {
    for (let size = 0; size <= most; ) {
      const { done, value } = await reader.read();
      if (done) return body.value();
      size += value.length;
      body.add(value);
    }
    // Of a service worker, the length may be a lie. Not awaited: it lasts until the application's side ends.
    stop(reader);
  } catch {
    // Cut off, or no bytes: what came is not the body.
  }
  return undefined;
}
