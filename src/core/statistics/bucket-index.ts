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

// Scratch space to read a float's bits, written before each read.
const bits: DataView = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

/**
 * The bucket a magnitude falls in: the `i` with `base^i < magnitude <= base^(i+1)`, where base is 2^(1/32). Exact for every
 * normal positive double, and the same in every engine.
 */
export function bucketIndex(magnitude: number): number {
  bits.setFloat64(0, magnitude);
  const high = bits.getInt32(0);
  const octave = (high >> 20) - 1023;
  bits.setInt32(0, (high & 0xfffff) | 0x3ff00000);
  const mantissa = bits.getFloat64(0);
  // log2(1 + f) to within a quarter of a bucket: the guess is right or one off, and the boundaries decide.
  const fraction = mantissa - 1;
  let step = Math.trunc(bucketsPerOctave * fraction * (1.3465 - 0.3465 * fraction));
  if (mantissa <= boundaries[step]!) step -= 1;
  else if (mantissa > boundaries[step + 1]!) step += 1;
  return octave * bucketsPerOctave + step;
}

// The value whose relative distance to both ends of (l, l * base] is the same: 2 * base / (1 + base) times l.
const middle = 1.0108300012533735;

/** The value that stands for a bucket: at most 1.083 % from any value in it. */
export function bucketValue(index: number): number {
  const octave = Math.floor(index / bucketsPerOctave);
  return middle * boundaries[index - octave * bucketsPerOctave]! * 2 ** octave;
}
