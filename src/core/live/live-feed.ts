import type { LiveFrame } from './live-frame.ts';

/** Makes the frames of one type, once for everybody who asks for the same. */
export interface LiveFeed {
  readonly type: LiveFrame['type'];
  /** Works until the result is called. `publish` takes what a frame says, as JSON. */
  start(publish: (data: string) => void): () => void;
  /** What whoever begins gets at once, as JSON. `undefined`: nothing yet. */
  latest(): string | undefined;
}
