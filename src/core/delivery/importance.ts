import { responseLevel } from '../requests/outcome.ts';
import { severityNumbers } from '../severity.ts';
import { hasFailed } from '../signal.ts';
import type { ResponseSignal, Signal } from '../signal.ts';

/** How many levels of importance there are; the least is 0. */
export const LEVELS = 4;

/**
 * What a full queue keeps longest: failures (3), then warnings (2), as a response is that is the client's fault, then what tells of the
 * work done (1): spans, requests, responses, messages; last profiles and metrics (0), of which another comes soon.
 */
export function importanceOf(signal: Signal): number {
  // A user's operator may have taken its status away; a sink may want it all the same.
  if (signal.kind === 'span' && typeof signal.status !== 'object') return 1;
  if (signal.kind === 'response') return importanceOfResponse(signal);
  if (hasFailed(signal)) return 3;
  if (signal.kind === 'profile' || signal.kind === 'metric') return 0;
  return signal.kind === 'log' && signal.severityNumber >= severityNumbers.warn ? 2 : 1;
}

function importanceOfResponse({ status, statusCode, attributes }: ResponseSignal): number {
  const level = responseLevel(status, statusCode, attributes?.['error.type']);
  if (level === 'error') return 3;
  return level === 'warn' ? 2 : 1;
}
