import { isCount, readSlice } from './shared-slice.ts';
import type { SharedSlice } from './shared-slice.ts';

/**
 * What participants say to each other. `from` is who says it.
 *
 * - `hello`: it takes part from now on. Who watches answers with `watch`.
 * - `watch`: it watches, said again every 5 s. Who has not heard of this `watch` answers with the slices it still has, and goes on
 *   with each new one.
 * - `unwatch`: it watches no longer.
 * - `slices`: what it has measured, oldest first; none when it only says that it is there. With `to` for that watch alone: an answer,
 *   of which the last message says with `next` which slice will follow.
 * - `bye`: it takes part no longer.
 */
export type SharedMessage =
  | { readonly type: 'hello' | 'bye'; readonly from: string }
  | { readonly type: 'watch' | 'unwatch'; readonly from: string; readonly watch: string }
  | { readonly type: 'slices'; readonly from: string; readonly to: string | undefined; readonly next: number | undefined; readonly slices: readonly SharedSlice[] };

const longestId = 64;
const mostSlices = 10_000;

/** Of something that came over a channel on which others may speak, too: `undefined` for what is no message. */
export function readSharedMessage(given: unknown): SharedMessage | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { type, from, watch, to, next, slices } = given as Record<string, unknown>;
  if (!isId(from)) return undefined;
  switch (type) {
    case 'hello':
    case 'bye':
      return { type, from };
    case 'watch':
    case 'unwatch':
      return isId(watch) ? { type, from, watch } : undefined;
    case 'slices': {
      if (!(to === undefined || isId(to)) || !Array.isArray(slices) || slices.length > mostSlices) return undefined;
      if (!(next === undefined || isCount(next))) return undefined;
      const read = slices.map(readSlice);
      return read.every((slice) => slice !== undefined) ? { type, from, to, next, slices: read } : undefined;
    }
    default:
      return undefined;
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longestId;
}
