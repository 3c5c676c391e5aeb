import { isoTime } from './console-text.ts';

const thousand: readonly string[] = Array.from({ length: 1_000 }, (_, millisecond) => `${String(millisecond).padStart(3, '0')}Z`);

/** Does what `isoTime` does, faster: what is printed together was mostly made in the same second. */
export function createIsoClock(): (timestamp: number) => string {
  let second = -1;
  let text = '';
  return (timestamp) => {
    if (!(timestamp >= 0 && timestamp < 8.64e15)) return isoTime(timestamp);
    const now = Math.floor(timestamp / 1_000);
    if (now !== second) {
      text = isoTime(now * 1_000).slice(0, -4);
      second = now;
    }
    return text + (thousand[Math.floor(timestamp) - now * 1_000] as string);
  };
}
