/**
 * What can be known exactly of a series in constant memory: count, sum, extremes, mean and spread. The sum carries what rounding
 * took from it (Neumaier), so that the order of adding hardly matters. The sum of squared differences from the mean follows Welford,
 * which stays precise where a sum of squares would not, and merges after Chan.
 * https://en.wikipedia.org/wiki/Kahan_summation_algorithm#Further_enhancements
 * https://en.wikipedia.org/wiki/Algorithms_for_calculating_variance#Parallel_algorithm
 */
export class Moments {
  // One array of 64 bytes, which lies in one place: as fields each number would be an object of its own somewhere else in memory, and
  // with a thousand series that is what recording costs.
  readonly #numbers: Float64Array = new Float64Array(8);

  constructor() {
    this.clear();
  }

  get count(): number {
    return this.#numbers[0]!;
  }
  /** Values that were measured of something that failed. */
  get errors(): number {
    return this.#numbers[1]!;
  }
  /** The rounded sum. */
  get sum(): number {
    return this.#numbers[2]!;
  }
  /** What is missing in it. */
  get compensation(): number {
    return this.#numbers[3]!;
  }
  /** Of the differences from the mean. */
  get squares(): number {
    return this.#numbers[4]!;
  }
  /** `Infinity` while there is no value. */
  get min(): number {
    return this.#numbers[5]!;
  }
  /** `-Infinity` while there is no value. */
  get max(): number {
    return this.#numbers[6]!;
  }

  get total(): number {
    return this.sum + this.compensation;
  }

  get mean(): number {
    return this.count === 0 ? 0 : Math.min(Math.max(this.total / this.count, this.min), this.max);
  }

  /** The standard deviation of the values themselves, not of a population they would be a sample of. */
  get stddev(): number {
    if (this.count === 0) return 0;
    // Never more than half of the range: equal values have none, whatever was rounded.
    return Math.min(Math.sqrt(Math.max(this.squares, 0) / this.count), this.max / 2 - this.min / 2);
  }

  add(value: number, failed: boolean): void {
    const numbers = this.#numbers;
    const count = numbers[0]! + 1;
    const sum = numbers[2]!;
    const next = sum + value;
    numbers[0] = count;
    if (failed) numbers[1]! += 1;
    numbers[2] = next;
    numbers[3]! += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    const center = next / count;
    numbers[4]! += (value - numbers[7]!) * (value - center);
    if (value < numbers[5]!) numbers[5] = value;
    if (value > numbers[6]!) numbers[6] = value;
    // The rounded sum divided by the count.
    numbers[7] = center;
  }

  /** Counts the values from one place to before another; their failures are told apart. Sums are put together as by `addAll`. */
  addEach(values: Float64Array, from: number, to: number): void {
    const numbers = this.#numbers;
    let [sum, compensation, min, max] = [numbers[2]!, numbers[3]!, numbers[5]!, numbers[6]!];
    let theirs = 0;
    for (let at = from; at < to; at += 1) {
      const value = values[at]!;
      const next = sum + value;
      // What rounding took (Knuth): as Neumaier's, without a branch that is hard to guess.
      const added = next - sum;
      compensation += sum - (next - added) + (value - added);
      sum = next;
      theirs += value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    const [mine, count] = [numbers[0]!, to - from];
    const all = mine + count;
    const mean = theirs / count;
    let squares = 0;
    for (let at = from; at < to; at += 1) {
      const difference = values[at]! - mean;
      squares += difference * difference;
    }
    const difference = mean - numbers[7]!;
    numbers[0] = all;
    numbers[2] = sum;
    numbers[3] = compensation;
    numbers[4] = numbers[4]! + squares + difference * difference * ((mine * count) / all);
    numbers[5] = min;
    numbers[6] = max;
    numbers[7] = sum / all;
  }

  /** One of the values that are counted was measured of something that failed. */
  addError(): void {
    this.#numbers[1]! += 1;
  }

  addAll(other: Moments): void {
    this.addParts(other.count, other.errors, other.sum, other.compensation, other.squares, other.min, other.max);
  }

  /** The moments of other values, in the order of the getters. */
  addParts(count: number, errors: number, sum: number, compensation: number, squares: number, min: number, max: number): void {
    if (count === 0) return;
    const numbers = this.#numbers;
    const [mine, mySum] = [numbers[0]!, numbers[2]!];
    const all = mine + count;
    const difference = sum / count - numbers[7]!;
    const total = mySum + sum;
    numbers[0] = all;
    numbers[1]! += errors;
    numbers[2] = total;
    const lost = Math.abs(mySum) >= Math.abs(sum) ? mySum - total + sum : sum - total + mySum;
    numbers[3] = numbers[3]! + compensation + lost;
    // Symmetric in both sides, so that the order of a merge changes nothing; and nothing is rounded when one side is empty.
    numbers[4] = numbers[4]! + squares + difference * difference * ((mine * count) / all);
    if (min < numbers[5]!) numbers[5] = min;
    if (max > numbers[6]!) numbers[6] = max;
    numbers[7] = total / all;
  }

  clear(): void {
    this.#numbers.fill(0);
    this.#numbers[5] = Number.POSITIVE_INFINITY;
    this.#numbers[6] = Number.NEGATIVE_INFINITY;
  }
}
