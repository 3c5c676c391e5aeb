import type { SharedChannel, SharedListener } from '../core/live/shared-channel.ts';

/**
 * The tabs and workers of one origin; silent where the host has no `BroadcastChannel`, or refuses it. It is closed while the page is in
 * the cache of the way back, which an open one may keep it out of.
 */
export function openSharedChannel(name: string, { hear, closing, reopened }: SharedListener): SharedChannel {
  let channel: BroadcastChannel | undefined;

  function open(): void {
    try {
      channel = new BroadcastChannel(name);
    } catch {
      return;
    }
    channel.onmessage = ({ data }) => hear(data);
    // Other hosts than browsers keep running for an open channel.
    if ('unref' in channel && typeof channel.unref === 'function') channel.unref();
  }
  function close(): void {
    channel?.close();
    channel = undefined;
  }
  function leave(): void {
    closing();
    close();
  }
  function comeBack(event: PageTransitionEvent): void {
    if (!event.persisted || channel !== undefined) return;
    open();
    reopened();
  }

  open();
  const page = typeof window === 'undefined' ? undefined : window;
  page?.addEventListener('pagehide', leave);
  page?.addEventListener('pageshow', comeBack);
  return {
    post(message) {
      try {
        channel?.postMessage(message);
      } catch {
        // Out of memory, or a channel that the host has closed: it is missed, and asked for again.
      }
    },
    close() {
      close();
      page?.removeEventListener('pagehide', leave);
      page?.removeEventListener('pageshow', comeBack);
    },
  };
}
