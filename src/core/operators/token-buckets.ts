const maxKeys = 1000;

interface Bucket {
  tokens: number;
  /** When `tokens` was right, in monotonic milliseconds. */
  time: number;
}

/**
 * One bucket of tokens for each key. A bucket that is full again is as good as none, so those are forgotten when there are too
 * many; to forget another would give its key a second burst. While none is full, new keys share the bucket of no key.
 */
export class TokenBuckets {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #keyless: Bucket;
  readonly #buckets = new Map<string, Bucket>();
  // No bucket can be full again before: saves looking through all of them for each value while a flood of keys lasts.
  #nextFull = Number.NEGATIVE_INFINITY;

  constructor({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#keyless = { tokens: burst, time: Number.NEGATIVE_INFINITY };
  }

  /** Whether the key had a token at this time, which then is spent. */
  take(key: string | undefined, now: number): boolean {
    const bucket = this.#bucketOf(key, now);
    const tokens = this.#tokensAt(bucket, now);
    // Left as it was, so that many refusals do not add up rounding errors.
    if (tokens < 1) return false;
    bucket.tokens = tokens - 1;
    bucket.time = now;
    return true;
  }

  #bucketOf(key: string | undefined, now: number): Bucket {
    if (key === undefined) return this.#keyless;
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    if (this.#buckets.size >= maxKeys) this.#forgetFull(now);
    if (this.#buckets.size >= maxKeys) return this.#keyless;
    const bucket = { tokens: this.#burst, time: now };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #forgetFull(now: number): void {
    if (now < this.#nextFull) return;
    this.#nextFull = Number.POSITIVE_INFINITY;
    for (const [key, bucket] of this.#buckets) {
      const missing = this.#burst - this.#tokensAt(bucket, now);
      if (missing <= 0) this.#buckets.delete(key);
      else this.#nextFull = Math.min(this.#nextFull, now + (missing / this.#perSecond) * 1000);
    }
  }

  #tokensAt({ tokens, time }: Bucket, now: number): number {
    return Math.min(this.#burst, tokens + (Math.max(0, now - time) * this.#perSecond) / 1000);
  }
}
