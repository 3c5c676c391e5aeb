import type { ServerResponse } from 'node:http';
import type { Subscription } from 'rxjs';
import type { Clock } from '../../core/clock.ts';
import type { LiveListener } from '../../core/live/live-hub.ts';
import type { SentFrame } from '../../core/live/sent-frames.ts';

export interface LiveClientSetup {
  readonly response: ServerResponse;
  readonly clock: Clock;
  /** Bytes that may wait for it. */
  readonly maxBuffered: number;
  /** Milliseconds without progress. */
  readonly dropAfter: number;
  /** The frame that tells how many were left out. */
  readonly skipped: (frames: number, number: number) => SentFrame;
  /** It was too slow for too long. */
  readonly dropped: () => void;
}

/** One stream, which keeps up with what it is sent, or is sent less. */
export interface LiveClient extends LiveListener {
  /** Says that the server is there, when there is nothing else to say. */
  beat(): void;
  /** Nothing more will come. */
  end(): void;
  /** The connection is gone. */
  closed(): void;
}

const heartbeat = Buffer.from(':\n\n');
/** How often a client that is behind is looked at within the time it has. */
const looks = 4;

/**
 * A client that reads too slowly is behind: of each feed only the newest frame waits, beside what is on its way already, until it has
 * read that. It is told how many frames were left out.
 */
export function createLiveClient({ response, clock, maxBuffered, dropAfter, skipped, dropped }: LiveClientSetup): LiveClient {
  const waiting = new Map<string, SentFrame>();
  let leftOut = 0;
  let last = 0;
  let watch: Subscription | undefined;
  let isOver = false;

  function take(frame: SentFrame): void {
    if (isOver) return;
    if (watch !== undefined) return hold(frame);
    write(frame.bytes);
    last = frame.number;
    if (!isOver && response.writableLength > maxBuffered) fallBehind();
  }

  /** What middleware has put in its place may throw, which must reach no other client. */
  function write(bytes: Uint8Array): void {
    try {
      response.write(bytes);
    } catch {
      closed();
      response.destroy();
    }
  }

  function hold(frame: SentFrame): void {
    if (waiting.delete(frame.feed)) leftOut += 1;
    // Behind the others: they go out in the order they were made.
    waiting.set(frame.feed, frame);
  }

  function fallBehind(): void {
    let least = response.writableLength;
    let progressedAt = clock.elapsed();
    watch = clock.every(dropAfter / looks).subscribe(() => {
      const now = clock.elapsed();
      if (response.writableLength < least) [least, progressedAt] = [response.writableLength, now];
      else if (now - progressedAt >= dropAfter) drop();
    });
  }

  function catchUp(): void {
    if (watch === undefined) return;
    watch.unsubscribe();
    watch = undefined;
    const frames = [...waiting.values()];
    waiting.clear();
    if (leftOut > 0) take(skipped(leftOut, last));
    leftOut = 0;
    for (const frame of frames) take(frame);
  }

  function drop(): void {
    closed();
    dropped();
    response.destroy();
  }

  function closed(): void {
    isOver = true;
    watch?.unsubscribe();
    waiting.clear();
  }

  response.on('drain', catchUp);
  return {
    take,
    beat() {
      if (!isOver && watch === undefined) write(heartbeat);
    },
    end() {
      if (isOver) return;
      closed();
      response.end();
    },
    closed,
  };
}
