import type { FillRandom } from '../ids.ts';
import type { SharedMessage } from './shared-message.ts';

/** Where the participants of one name talk: everybody hears what somebody else says, in the order in which it was said. */
export interface SharedChannel {
  /** Says it to all others, later. Never throws: what cannot be said is lost. */
  post(message: SharedMessage): void;
  close(): void;
}

/** Who listens on a channel. */
export interface SharedListener {
  /** Something was said, by a participant or by anybody else who can speak there. Never throws. */
  hear(message: unknown): void;
  /** The host will close the channel, for a while or for good. Never throws. */
  closing(): void;
  /** The channel was closed for a while, and what was said meanwhile is lost. Never throws. */
  reopened(): void;
}

/** What shared statistics need of a host. */
export interface SharedHost {
  readonly fillRandom: FillRandom;
  /** Never throws, and what it opens never keeps a process alive. */
  openChannel(name: string, listener: SharedListener): SharedChannel;
}
