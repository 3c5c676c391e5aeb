import type { RequestStatus, SeverityName } from '../signal.ts';

/** The HTTP status, where one was given. */
export function statusCodeOf(status: unknown): number | undefined {
  return Number.isInteger(status) && Number(status) >= 100 && Number(status) <= 599 ? Number(status) : undefined;
}

/** A word is believed; else 5xx and errors are failures. */
export function outcomeOf(status: unknown, statusCode: number | undefined, error: unknown): 'success' | 'error' {
  if (status === 'success' || status === 'error') return status;
  return (statusCode ?? 0) >= 500 || error !== undefined ? 'error' : 'success';
}

/** What a client that hung up is told as: `error.type` of its request. */
export const aborted = 'aborted';

/** The level of a response in a log: what nobody waited for any more, on either side, is no failure. */
export function responseLevel(status: RequestStatus, statusCode: number | undefined, errorType: unknown): SeverityName {
  if (status !== 'success') return errorType === aborted || errorType === 'AbortError' ? 'warn' : 'error';
  return (statusCode ?? 0) >= 400 ? 'warn' : 'info';
}

export function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
