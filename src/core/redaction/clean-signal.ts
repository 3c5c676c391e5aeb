import type { Attributes, RequestSignal, ResponseSignal, Signal, SpanSignal } from '../signal.ts';
import { createCleanFields } from './clean-fields.ts';
import type { CleanFields } from './clean-fields.ts';
import { isUuid } from './uuid.ts';
import type { ValueRules } from './value-redactor.ts';

/** Says of a signal whether there is nothing to redact in it. False means that nobody knows yet. */
export interface CleanSignals {
  /** Only for a signal that has exactly the fields of its kind. */
  isClean(signal: Signal): boolean;
  /** These come with every signal from now on, and are clean already. They must never change. */
  know(resource: Attributes): void;
}

/**
 * One look at each text and each key: of most signals nothing changes, and the search that can change them costs several times as
 * much. What carries the application's own objects, or more than a few flat values of them, is left to that search.
 */
export function createCleanSignals(rules: ValueRules): CleanSignals {
  const { redactText, redactName } = rules;
  const attributesOf = createCleanFields(rules, 'attributes');
  const headersOf = createCleanFields(rules, 'headers', true);
  const paramsOf = createCleanFields(rules, 'params');
  // The same on signal after signal.
  let lastName: string | undefined;
  let lastRequestId: string | undefined;
  let lastSessionId: string | undefined;

  function isCleanText(text: string | undefined): boolean {
    return text === undefined || redactText(text) === text;
  }

  function isCleanName(name: string): boolean {
    if (redactName(name) !== name) return false;
    lastName = name;
    return true;
  }

  function isCleanRequestId(requestId: string | undefined): boolean {
    if (requestId !== undefined && !isUuid(requestId) && !isCleanText(requestId)) return false;
    lastRequestId = requestId;
    return true;
  }

  function isCleanSessionId(sessionId: string | undefined): boolean {
    if (!isCleanText(sessionId)) return false;
    lastSessionId = sessionId;
    return true;
  }

  function isCleanSpan({ status, events }: SpanSignal): boolean {
    if (!isCleanText(status.message)) return false;
    for (const { name, attributes } of events) if (redactName(name) !== name || !attributesOf.areClean(attributes)) return false;
    return true;
  }

  function isCleanRequest({ method, path, params, headers }: RequestSignal | ResponseSignal): boolean {
    return redactName(method) === method && isCleanText(path) && isCleanFlat(headers, headersOf) && isCleanFlat(params, paramsOf);
  }

  function isCleanResponse(signal: ResponseSignal): boolean {
    const { status, requestData, data, error } = signal;
    return requestData === undefined && data === undefined && error === undefined && redactName(status) === status && isCleanRequest(signal);
  }

  function isCleanKind(signal: Signal): boolean {
    switch (signal.kind) {
      case 'span':
        return isCleanSpan(signal);
      case 'request':
        return isCleanRequest(signal);
      case 'response':
        return isCleanResponse(signal);
      case 'log':
        return signal.context === undefined && isCleanText(signal.message);
      case 'metric':
        return isCleanText(signal.unit);
      default:
        return false;
    }
  }

  return {
    isClean(signal) {
      const { kind, name, attributes, requestId, sessionId } = signal;
      // Mostly the same as before: then nothing is called.
      if (name !== lastName && !isCleanName(name)) return false;
      if (requestId !== lastRequestId && !isCleanRequestId(requestId)) return false;
      if (sessionId !== lastSessionId && !isCleanSessionId(sessionId)) return false;
      // All calls of one function have the same.
      if (kind === 'profile') return attributesOf.areCleanAgain(attributes);
      return attributesOf.areClean(attributes) && isCleanKind(signal);
    },
    know: (resource) => attributesOf.know(resource),
  };
}

/** Nothing, or an object of plain values. Lists may tell of each other's items, and what has methods is not plain data yet. */
function isCleanFlat(value: unknown, fields: CleanFields): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && fields.areClean(value as Readonly<Record<string, unknown>>);
}
