import type { WatchTimes } from './watch-times.ts';

/** More different ones than this at a time do not share their work. */
const mostShared = 16;

/** Watches by what they ask for: those that differ only in their subscribers are one. `limit`: another one that all have, asked each time. */
export function createWatches<W>(begin: (times: WatchTimes, limit: number) => W, limit: () => number = () => 0): (times: WatchTimes) => W {
  const watches = new Map<string, W>();
  return (times) => {
    const now = limit();
    const key = `${times.window} ${times.every} ${now}`;
    const known = watches.get(key);
    if (known !== undefined) return known;
    const watch = begin(times, now);
    if (watches.size < mostShared) watches.set(key, watch);
    return watch;
  };
}
