import { severityNumbers } from '../severity.ts';

/** The HTTP status, where one was given. */
export function statusCodeOf(status: unknown): number | undefined {
  return Number.isInteger(status) && Number(status) >= 100 && Number(status) <= 599 ? Number(status) : undefined;
}

/** A word is believed; else 5xx and errors are failures. */
export function outcomeOf(status: unknown, statusCode: number | undefined, error: unknown): 'success' | 'error' {
  if (status === 'success' || status === 'error') return status;
  return (statusCode ?? 0) >= 500 || error !== undefined ? 'error' : 'success';
}

/** The level of a response in a log. */
export function severityOf(status: 'success' | 'error', statusCode: number | undefined): number {
  if (status === 'error') return severityNumbers.error;
  return (statusCode ?? 0) >= 400 ? severityNumbers.warn : severityNumbers.info;
}

export function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
