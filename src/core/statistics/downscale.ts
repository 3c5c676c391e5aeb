import type { Buckets } from './bucket-counts.ts';

/** The buckets `levels` scales lower: each takes the place of 2^levels, so the values in it are known less exactly. */
export function downscale({ offset, counts }: Buckets, levels: number): Buckets {
  const width = 2 ** levels;
  const lowest = Math.floor(offset / width);
  const merged: number[] = [];
  counts.forEach((count, at) => {
    const index = Math.floor((offset + at) / width) - lowest;
    merged[index] = (merged[index] ?? 0) + count;
  });
  return { offset: lowest, counts: merged };
}

/** How many scales lower these buckets must be for at most `most` of them. */
export function levelsFor({ offset, counts }: Buckets, most: number): number {
  let levels = 0;
  const last = offset + counts.length - 1;
  while (Math.floor(last / 2 ** levels) - Math.floor(offset / 2 ** levels) >= most) levels += 1;
  return levels;
}
