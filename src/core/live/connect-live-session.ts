import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { Subscription } from 'rxjs';
import type { Diagnostics } from '../diagnostics.ts';
import { exporting } from '../exporting.ts';
import { liveAttempt } from './connect-live-attempt.ts';
import type { LiveEnd } from './connect-live-attempt.ts';
import type { LiveHost, LiveRequest, LiveResponse } from './connect-live-host.ts';
import type { LiveTarget } from './connect-live-target.ts';
import { isSendableId } from './event-stream.ts';
import type { StreamEvent } from './event-stream.ts';
import type { LiveState } from './live-connection.ts';
import { liveVersion } from './live-frame.ts';
import type { LiveFrame } from './live-frame.ts';
import { readLiveFrame } from './read-live-frame.ts';

export interface LiveSessionSetup {
  readonly host: LiveHost;
  readonly target: LiveTarget;
  readonly diagnostics: Diagnostics;
  frame(frame: LiveFrame): void;
  state(state: LiveState): void;
  /** The server refused for good: the session is over. */
  refused(): void;
}

/** The backoff before the second try is at most this, in milliseconds; before each later one at most twice as much. */
const FIRST = 500;
const LONGEST = 30_000;
/** A connection that lived this long, in milliseconds, makes earlier failures forgotten. */
const LIVED = 10_000;
/** Most that `Retry-After` is waited, in milliseconds. */
const LONGEST_ASKED = 300_000;
/** Under this name troubles are said. */
const name = 'connectLive';

/** Connects, and again after each loss, until the result is called or the server refuses for good. */
export function openLiveSession({ host, target, diagnostics, ...tell }: LiveSessionSetup): () => void {
  const { clock, random = Math.random } = host;
  const exports = exporting(host.createContextStorage);
  let abort = new AbortController();
  let waiting = new Subscription();
  let closed = false;
  let failures = 0;
  let wasOpen = false;
  let lastEventId = '';
  /** Milliseconds, as the server's `retry` says. */
  let asked = 0;

  /** As sinks send: nobody is to observe what the SDK itself asks for. What subscribers do with the answer is theirs. */
  function send(url: string, request: LiveRequest): Promise<LiveResponse> {
    return exports.run(true, () => context.with(suppressTracing(ROOT_CONTEXT), () => host.fetch(url, request)));
  }

  function take(event: StreamEvent, id: string): void {
    // The rest of what came together with the frame that made the last subscriber go.
    if (closed) return;
    lastEventId = isSendableId(id) ? id : '';
    const frame = readLiveFrame(event, (what) => diagnostics.ignored(name, what));
    if (frame === undefined) return;
    if (frame.type === 'hello' && frame.version > liveVersion) {
      diagnostics.ignored(name, `what this version does not know: the server speaks ${frame.version}, this is ${liveVersion}`);
    }
    tell.frame(frame);
  }

  async function connect(): Promise<void> {
    let openedAt: number | undefined;
    abort = new AbortController();
    tell.state('connecting');
    const end = await liveAttempt({
      clock,
      url: target.url,
      headers: lastEventId === '' ? target.headers : { ...target.headers, 'last-event-id': lastEventId },
      wasOpen,
      abort,
      send,
      opened() {
        openedAt = clock.elapsed();
        wasOpen = true;
        if (!closed) tell.state('open');
      },
      event: take,
      retry: (milliseconds) => (asked = Math.min(milliseconds, LONGEST)),
      tooLong: () => diagnostics.ignored(name, 'a frame of more than 4 MB'),
    });
    if (closed) return;
    if (openedAt !== undefined && clock.elapsed() - openedAt >= LIVED) failures = 0;
    failures += 1;
    ended(end);
  }

  function ended({ forGood, reason, retryAfter = 0 }: LiveEnd): void {
    diagnostics.failed('source-failed', name, liveError(reason));
    if (forGood) {
      closed = true;
      return tell.refused();
    }
    tell.state('retrying');
    // Full jitter: all clients of a server that restarts would otherwise come back at one moment.
    const backoff = random() * Math.min(LONGEST, FIRST * 2 ** (failures - 1));
    wait(Math.max(asked, Math.min(retryAfter, LONGEST_ASKED)) + backoff);
  }

  function wait(milliseconds: number): void {
    // Whom it told of the state, or of the trouble, may have gone.
    if (closed) return;
    waiting.unsubscribe();
    waiting = clock.every(Math.max(1, milliseconds)).subscribe(() => {
      waiting.unsubscribe();
      void connect();
    });
  }

  void connect();
  return () => {
    closed = true;
    waiting.unsubscribe();
    abort.abort();
  };
}

/** Without a stack: it would tell of nobody but us. */
function liveError(message: string): Error {
  const error = new Error(message);
  error.name = 'LiveConnectionError';
  delete error.stack;
  return error;
}
