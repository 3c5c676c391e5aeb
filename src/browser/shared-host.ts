import type { SharedHost } from '../core/live/shared-channel.ts';
import { openSharedChannel } from './shared-channel.ts';

/** What shared statistics need in pages and workers. */
export const sharedHost: SharedHost = {
  fillRandom: (bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
  openChannel: openSharedChannel,
};
