import type { LiveFrame } from './live-frame.ts';

/** A frame as it goes over the wire, the same bytes for everybody who gets it. */
export interface SentFrame {
  readonly type: LiveFrame['type'];
  /** The feed it came from: of two frames of one feed the later one tells more. */
  readonly feed: string;
  /** Counted over all frames of a hub. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** What was sent lately, for those who come back. */
export interface SentFrames {
  /** Of the last frame. */
  readonly number: number;
  add(type: LiveFrame['type'], feed: string, data: string): SentFrame;
  /** For a client alone: it is not kept, and its number is one that was given before. */
  make(type: LiveFrame['type'], number: number, data: string): SentFrame;
  /** All of these feeds behind `number`. `undefined` when some of them are no longer here. */
  since(number: number, feeds: ReadonlySet<string>): readonly SentFrame[] | undefined;
  clear(): void;
}

const maxFrames = 1_000;
const maxBytes = 4_194_304;

export function createSentFrames(run: string): SentFrames {
  const encoder = new TextEncoder();
  let frames: SentFrame[] = [];
  /** The first that is still here, so that not each removal moves all others. */
  let first = 0;
  let bytes = 0;
  let number = 0;
  /** The last that is no longer here. */
  let forgotten = 0;

  function make(type: LiveFrame['type'], feed: string, at: number, data: string): SentFrame {
    // JSON has no line ends in it.
    return { type, feed, number: at, bytes: encoder.encode(`event: ${type}\nid: ${run}.${at}\ndata: ${data}\n\n`) };
  }

  function forgetOldest(): void {
    const oldest = frames[first] as SentFrame;
    bytes -= oldest.bytes.length;
    forgotten = oldest.number;
    first += 1;
    if (first < maxFrames) return;
    frames = frames.slice(first);
    first = 0;
  }

  return {
    get number() {
      return number;
    },
    add(type, feed, data) {
      number += 1;
      const frame = make(type, feed, number, data);
      frames.push(frame);
      bytes += frame.bytes.length;
      while (frames.length - first > maxFrames || bytes > maxBytes) forgetOldest();
      return frame;
    },
    make: (type, at, data) => make(type, '', at, data),
    since(last, feeds) {
      if (last < forgotten || last > number) return undefined;
      return frames.slice(first).filter((frame) => frame.number > last && feeds.has(frame.feed));
    },
    clear() {
      frames = [];
      first = 0;
      bytes = 0;
      forgotten = number;
    },
  };
}
