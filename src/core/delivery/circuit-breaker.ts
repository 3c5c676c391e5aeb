/** Keeps writes from an endpoint that fails, so that neither side wastes its strength. Times are on the monotonic clock. */
export interface CircuitBreaker {
  /** Milliseconds until a write may begin; 0: now; `Infinity` while the one probe has no answer yet. */
  wait(now: number): number;
  /** A write begins. True when it is the probe of an endpoint that failed: its result is to be told with that. */
  begin(now: number): boolean;
  succeed(): void;
  /** The write failed in a way that may pass. `retryAfter`: milliseconds the receiver asked everybody to wait. */
  fail(now: number, probe: boolean, retryAfter: number | undefined): void;
  /** The write ended in a way that says nothing of the endpoint: its batch was too large, refused or given up. */
  release(probe: boolean): void;
}

/** So many failures in a row open it. */
const FAILURES = 5;
const FIRST_COOLDOWN = 30_000;
const LONGEST_COOLDOWN = 300_000;

/**
 * After 5 failures in a row nothing is written for 30 s, then one probe; while probes fail, twice as long each time, at most 5
 * minutes. A success ends it. What a receiver asks to wait holds for all writes to it, also when it fails only then and now.
 */
export function createCircuitBreaker(): CircuitBreaker {
  let failures = 0;
  let cooldown = FIRST_COOLDOWN;
  /** When a probe may begin; `undefined` while all is well. */
  let opensAt: number | undefined;
  let probing = false;
  /** Until then the receiver wants to hear nothing. */
  let askedUntil = Number.NEGATIVE_INFINITY;

  function open(now: number): void {
    opensAt = now + cooldown;
    cooldown = Math.min(cooldown * 2, LONGEST_COOLDOWN);
  }

  return {
    wait(now) {
      if (probing) return Number.POSITIVE_INFINITY;
      return Math.max(0, askedUntil - now, opensAt === undefined ? 0 : opensAt - now);
    },
    begin(now) {
      // While the host goes away writes begin without asking: none of them is the probe before its time.
      if (opensAt === undefined || probing || opensAt > now) return false;
      probing = true;
      return true;
    },
    succeed() {
      failures = 0;
      cooldown = FIRST_COOLDOWN;
      opensAt = undefined;
      probing = false;
    },
    fail(now, probe, retryAfter) {
      if (retryAfter !== undefined) askedUntil = Math.max(askedUntil, now + retryAfter);
      if (opensAt === undefined) {
        failures++;
        if (failures >= FAILURES) open(now);
      } else if (probe) {
        probing = false;
        open(now);
      }
    },
    release(probe) {
      if (probe) probing = false;
    },
  };
}
