/** The resolution of OTLP's exponential histograms used everywhere here: 2^5 buckets an octave, each 2.19 % wide. */
export const scale = 5;

/** Buckets an octave. */
export const bucketsPerOctave = 32;

// boundaries[k] is the greatest double not above 2^(k/32). Written out because `2 ** (k / 32)` may differ by a last bit between
// engines, and a value beside a boundary would then count in different buckets on different hosts. Only k = 0 and k = 32 are
// themselves doubles, so for the others `x > boundaries[k]` is the same as `x > 2^(k/32)`.
const boundaries: readonly number[] = [
  1, 1.0218971486541166, 1.0442737824274138, 1.0671404006768235, 1.0905077326652575, 1.1143867425958924, 1.1387886347566916,
  1.1637248587775775, 1.189207115002721, 1.2152473599804687, 1.241857812073484, 1.2690509571917332, 1.2968395546510096,
  1.325236643159741, 1.3542555469368927, 1.3839098819638318, 1.414213562373095, 1.4451808069770464, 1.4768261459394991,
  1.5091644275934226, 1.5422108254079407, 1.5759808451078863, 1.6104903319492543, 1.6457554781539647, 1.681792830507429,
  1.7186192981224777, 1.7562521603732995, 1.7947090750031072, 1.8340080864093424, 1.8741676341102997, 1.9152065613971472,
  1.9571441241754002, 2,
];

// Scratch space to read a float's bits, written before each read. Signed words are read faster, and a magnitude has no sign.
const float: Float64Array = /* @__PURE__ */ new Float64Array(1);
const words: Int32Array = /* @__PURE__ */ new Int32Array(float.buffer);
// Where the sign, the exponent and the first 20 bits of the mantissa are: in the second word on nearly every machine.
const high: number = /* @__PURE__ */ highWord();

// For each 256th of an octave: the bucket it begins in, of the octave of 2^-1023, and the first 20 bits of that bucket's end. No
// bucket is as narrow, so comparing with one end is enough.
const beginnings: Int32Array = /* @__PURE__ */ new Int32Array(256);
const ends: Int32Array = /* @__PURE__ */ findEnds();

/**
 * The bucket a magnitude falls in: the `i` with `base^i < magnitude <= base^(i+1)`, where base is 2^(1/32). Exact for every
 * normal positive double, and the same in every engine.
 */
export function bucketIndex(magnitude: number): number {
  float[0] = magnitude;
  const word = words[high]!;
  const mantissa = word & 0xfffff;
  const cell = mantissa >> 12;
  const index = ((word >> 20) << 5) + beginnings[cell]!;
  const left = ends[cell]! - mantissa;
  // Its sign, and not a branch, which the processor would guess wrong for every other value.
  if (left !== 0) return index - (left >> 31);
  return magnitude > bucketEnd(index) ? index + 1 : index;
}

// The value whose relative distance to both ends of (l, l * base] is the same: 2 * base / (1 + base) times l.
const middle = 1.0108300012533735;

/** The value that stands for a bucket: at most 1.083 % from any value in it. */
export function bucketValue(index: number): number {
  return middle * bucketEnd(index - 1);
}

/** The greatest value of a bucket. */
function bucketEnd(index: number): number {
  const octave = Math.floor((index + 1) / bucketsPerOctave);
  return boundaries[index + 1 - octave * bucketsPerOctave]! * powerOfTwo(octave);
}

/** `2 ** exponent` is a good deal slower. The doubles it cannot build are outside of what histograms cover. */
function powerOfTwo(exponent: number): number {
  if (exponent < -1022 || exponent > 1023) return 2 ** exponent;
  words[high] = (exponent + 1023) << 20;
  words[1 - high] = 0;
  return float[0]!;
}

function highWord(): 0 | 1 {
  float[0] = 1;
  return words[1] === 0 ? 0 : 1;
}

function findEnds(): Int32Array {
  const found = new Int32Array(256);
  for (let cell = 0, step = -1; cell < 256; cell += 1) {
    while (boundaries[step + 1]! < 1 + cell / 256) step += 1;
    beginnings[cell] = step - 1023 * bucketsPerOctave;
    float[0] = boundaries[step + 1]!;
    // No mantissa is above the end of the octave.
    found[cell] = boundaries[step + 1] === 2 ? 0x100000 : words[high]! & 0xfffff;
  }
  return found;
}
