// The square of a greater one would overflow, and with it the standard deviation.
const greatest = 1e150;

/** Whether a value can be recorded: a number, not NaN, not an infinity, no magnitude above 1e150. */
export function isMeasurement(value: unknown): value is number {
  return typeof value === 'number' && value >= -greatest && value <= greatest;
}
