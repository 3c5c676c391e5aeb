import type { Signal } from '../signal.ts';
import { shortBreadcrumbs, shortError } from './short-error.ts';
import { snapshot } from '../snapshot.ts';
import { levelOf } from './console-line.ts';
import { isoTime } from './console-text.ts';
import { harmlessJson } from './json-text.ts';

/** Longest a line may be, in characters. */
export const maxLine = 65_536;
const maxField = 4_096;
const maxError = 4 * maxField;
/** The last ones: who keeps these lines has those of the requests and messages before, too. */
const maxSteps = 10;
type Line = Readonly<Record<string, unknown>>;

/** A signal as one line of JSON, its fields always in the same order. Never throws. */
export function jsonLine(signal: Signal): string {
  const line = readable(signal);
  const text = stringify(line);
  return harmlessJson(text.length <= maxLine ? text : stringify(shortened(line)));
}

function readable(signal: Signal): Line {
  try {
    return lineOf(signal);
  } catch {
    return { signal: snapshot(signal) }; // Not what its kind says: a user's operator made it.
  }
}

function lineOf(signal: Signal): Line {
  const { kind, name, timestamp, attributes, trace, requestId, sessionId } = signal;
  return {
    time: isoTime(timestamp),
    level: levelOf(signal),
    kind,
    name,
    traceId: trace?.traceId,
    spanId: trace?.spanId,
    requestId,
    sessionId,
    ...detailsOf(signal),
    attributes,
  };
}

/** What the kind has of its own, the short things first. */
function detailsOf(signal: Signal): Line {
  switch (signal.kind) {
    case 'span': {
      const { parentSpanId, spanKind, duration, status, events, links, scope } = signal;
      return { parentSpanId, spanKind, duration, status: status.code, statusMessage: status.message, scope, events: some(events), links: some(links) };
    }
    case 'request': {
      const { side, method, path, params, headers } = signal;
      return { side, method, path, params, headers };
    }
    case 'response': {
      const { side, method, path, params, status, statusCode, duration, error, headers, requestData, data } = signal;
      return { side, method, path, params, status, statusCode, duration, error, headers, requestData, data };
    }
    case 'profile':
      return { duration: signal.duration, failed: signal.failed };
    case 'metric':
      return { value: signal.value, unit: signal.unit, instrument: signal.instrument };
    case 'error': {
      const { eventId, handled, mechanism, count, error, tags, user, context, breadcrumbs, recording } = signal;
      return { eventId, handled, mechanism, count, error, tags, user, context, breadcrumbs: some(breadcrumbs.slice(-maxSteps)), recorded: recording?.length };
    }
    case 'log':
      return { eventId: signal.eventId, message: signal.message, context: signal.context };
  }
}

function some<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

function shortened(line: Line): Line {
  const short: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(line)) {
    const { length } = value === undefined ? '' : stringify(value);
    short[key] = length > maxField ? (shorter(key, value) ?? `[${length} characters]`) : value;
  }
  return short;
}

/** What matters most of an error is not where it is long. */
function shorter(key: string, value: unknown): unknown {
  const short = key === 'error' ? shortError(value, maxField) : key === 'breadcrumbs' ? shortBreadcrumbs(value, maxField) : undefined;
  return short !== undefined && stringify(short).length <= maxError ? short : undefined;
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return JSON.stringify(snapshot(value)) ?? 'null'; // A live object of a user's operator: a bigint, a circle.
  }
}
