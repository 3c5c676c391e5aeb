import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { Distribution, representative } from './distribution.ts';
import { readDistribution, writeDistribution } from './distribution-bytes.ts';
import { ExemplarBands, longestTraceId, maxExemplars } from './exemplar-bands.ts';
import { isMeasurement } from './measurement.ts';
import { Moments } from './moments.ts';
import type { Exemplar } from './statistics.ts';

const version = 1;
/** More than all buckets and exemplars can take. */
const longest = 2 ** 17;
const mostCount = Number.MAX_SAFE_INTEGER;
const longestCharacter = 0xffff;

/** What a histogram consists of. */
export interface HistogramParts {
  readonly distribution: Distribution;
  readonly moments: Moments;
  readonly exemplars: ExemplarBands | undefined;
}

/** Everything a histogram knows: a version, the moments, the distribution in sparse runs, the exemplars. */
export function writeSnapshot({ distribution, moments, exemplars }: HistogramParts): Uint8Array {
  const writer = new ByteWriter();
  writeMoments(writer, moments);
  writeDistribution(writer, distribution);
  writeExemplars(writer, exemplars?.between(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY) ?? []);
  return writer.written.slice();
}

/** The beginning of a snapshot: its version and the moments. */
export function writeMoments(writer: ByteWriter, { count, errors, sum, compensation, squares, min, max }: Moments): void {
  writer.byte(version);
  writer.varint(count);
  if (count === 0) return;
  writer.varint(errors);
  const total = sum + compensation;
  writer.float(total);
  writer.float(sum - total + compensation);
  writer.float(Math.min(Math.max(squares, 0), Number.MAX_VALUE));
  writer.float(min);
  writer.float(max);
}

/** The end of a snapshot. */
export function writeExemplars(writer: ByteWriter, exemplars: readonly Exemplar[]): void {
  writer.varint(exemplars.length);
  for (const { traceId, value, timestamp } of exemplars) {
    writer.float(value);
    writer.float(timestamp);
    writer.varint(traceId.length);
    for (let at = 0; at < traceId.length; at += 1) writer.varint(traceId.charCodeAt(at));
  }
}

/** The parts again. Throws a `TypeError` that says what is wrong with what is no snapshot. */
export function readSnapshot(bytes: unknown): HistogramParts {
  if (!ArrayBuffer.isView(bytes)) throw wrong('it is no Uint8Array');
  if (bytes.byteLength > longest) throw wrong(`it has more than ${longest} bytes`);
  try {
    // A copy: memory that is shared with another thread could change under the reader's hands.
    return readParts(new ByteReader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice()));
  } catch (error) {
    throw wrong(error instanceof TypeError ? error.message : 'it cannot be read');
  }
}

function readParts(reader: ByteReader): HistogramParts {
  const given = reader.byte();
  if (given !== version) throw new TypeError(`version ${given} is unknown`);
  const moments = readMoments(reader);
  const distribution = new Distribution();
  if (readDistribution(reader, distribution, 1) !== moments.count) throw new TypeError('its buckets hold another number of values');
  const { count, min, max } = moments;
  const [first, last] = distribution.valuesAt([1, count]);
  if (count > 0 && (first !== representative(min) || last !== representative(max))) throw new TypeError('its extremes lie in other buckets');
  const exemplars = readExemplars(reader, moments);
  if (reader.left > 0) throw new TypeError(`${reader.left} bytes are left over`);
  return { distribution, moments, exemplars };
}

function readMoments(reader: ByteReader): Moments {
  const moments = new Moments();
  const count = reader.varint(mostCount);
  if (count === 0) return moments;
  const errors = reader.varint(count);
  const [sum, compensation, squares, min, max] = [reader.float(), reader.float(), reader.float(), reader.float(), reader.float()];
  const sums = [sum, compensation, squares];
  // What rounding may have done to the sum of so many values.
  const slack = count * Math.max(Math.abs(min), Math.abs(max)) * 1e-9;
  const isSum = sum >= count * min - slack && sum <= count * max + slack && Math.abs(compensation) <= slack;
  if (!sums.every(Number.isFinite) || !isMeasurement(min) || !isMeasurement(max) || min > max || squares < 0 || !isSum) {
    throw new TypeError('its sums are none of measurements');
  }
  moments.addParts(count, errors, sum, compensation, squares, min + 0, max + 0);
  return moments;
}

function readExemplars(reader: ByteReader, { min, max }: Moments): ExemplarBands | undefined {
  const exemplars = new ExemplarBands();
  for (let left = reader.varint(maxExemplars); left > 0; left -= 1) {
    const value = reader.float();
    const timestamp = reader.float();
    let traceId = '';
    for (let characters = reader.varint(longestTraceId); characters > 0; characters -= 1) {
      traceId += String.fromCharCode(reader.varint(longestCharacter));
    }
    if (!(value > 0 && value >= min && value <= max) || !Number.isFinite(timestamp) || traceId === '') {
      throw new TypeError('an exemplar is none of its values');
    }
    exemplars.record(value, traceId, timestamp);
  }
  return exemplars.isEmpty ? undefined : exemplars;
}

function wrong(what: string): TypeError {
  return new TypeError(`No snapshot of a histogram: ${what}`);
}
