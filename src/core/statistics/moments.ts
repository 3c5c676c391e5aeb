/**
 * What can be known exactly of a series in constant memory: count, sum, extremes, mean and spread. The mean and the sum of squared
 * differences from it follow Welford, which stays precise where the sum of squares would not, and merge after Chan.
 * https://en.wikipedia.org/wiki/Algorithms_for_calculating_variance#Parallel_algorithm
 */
export class Moments {
  count = 0;
  /** Values that were measured of something that failed. */
  errors = 0;
  total = 0;
  mean = 0;
  /** `Infinity` while there is no value. */
  min: number = Number.POSITIVE_INFINITY;
  /** `-Infinity` while there is no value. */
  max: number = Number.NEGATIVE_INFINITY;
  #squares = 0;

  /** The standard deviation of the values themselves, not of a population they would be a sample of. */
  get stddev(): number {
    return this.count === 0 ? 0 : Math.sqrt(this.#squares / this.count);
  }

  add(value: number, failed: boolean): void {
    this.count += 1;
    if (failed) this.errors += 1;
    this.total += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    const difference = value - this.mean;
    this.mean += difference / this.count;
    this.#squares += difference * (value - this.mean);
  }

  addAll(other: Moments): void {
    if (other.count === 0) return;
    const count = this.count + other.count;
    const difference = other.mean - this.mean;
    // Symmetric in both sides, so that the order of a merge changes nothing; and nothing is rounded when one side is empty.
    this.#squares = this.#squares + other.#squares + difference * difference * ((this.count * other.count) / count);
    this.mean = this.count === 0 ? other.mean : (this.count * this.mean + other.count * other.mean) / count;
    this.count = count;
    this.errors += other.errors;
    this.total += other.total;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
  }
}
