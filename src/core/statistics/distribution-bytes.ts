import type { BucketCounts } from './bucket-counts.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { highestIndex, lowestIndex } from './distribution.ts';
import type { Distribution } from './distribution.ts';

// A new run costs two bytes: so many empty buckets are cheaper written out.
const longestGap = 2;
// Its length is one byte, which is only known in the end.
const longestRun = 127;

/**
 * Writes the counts in runs: how many buckets were passed over, how many follow, and the count of each; a run of none is the end.
 * First the zeros, then the values above and those below zero.
 */
export function writeDistribution(writer: ByteWriter, { zeros, positive, negative }: Distribution): void {
  writer.varint(zeros);
  writeCounts(writer, positive);
  if (negative === undefined) writer.byte(0);
  else writeCounts(writer, negative);
}

function writeCounts(writer: ByteWriter, { offset, counts }: BucketCounts): void {
  let gap = offset - lowestIndex;
  let run = 0;
  let header = -1;
  for (let at = 0; at < counts.length; at += 1) {
    const count = counts[at]!;
    if (count === 0) {
      gap += 1;
      continue;
    }
    if (header < 0 || gap > longestGap || run + gap >= longestRun) {
      if (header >= 0) writer.patch(header, run);
      header = writer.position;
      writer.byte(0);
      writer.varint(gap);
      run = 0;
    } else {
      run += gap;
      for (; gap > 0; gap -= 1) writer.byte(0);
    }
    gap = 0;
    run += 1;
    writer.varint(count);
  }
  if (header >= 0) writer.patch(header, run);
  writer.byte(0);
}

/** Adds `times` what was written to a distribution, and says how many values these are. Throws a `TypeError` for anything else. */
export function readDistribution(reader: ByteReader, target: Distribution, times: 1 | -1): number {
  let count = reader.varint(Number.MAX_SAFE_INTEGER);
  target.addBucket(0, 0, times * count);
  for (const sign of [1, -1] as const) {
    let index = lowestIndex;
    for (let run = reader.varint(highestIndex - lowestIndex + 1); run > 0; run = reader.varint(highestIndex - index + 1)) {
      index += reader.varint(highestIndex + 1 - index - run);
      for (let left = run; left > 0; left -= 1) {
        const values = reader.varint(Number.MAX_SAFE_INTEGER - count);
        if (values > 0) target.addBucket(sign, index, times * values);
        count += values;
        index += 1;
      }
    }
  }
  return count;
}
