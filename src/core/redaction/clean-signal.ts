import type { Attributes, Signal, SpanSignal } from '../signal.ts';
import { shortestCredential } from './clean-text.ts';
import { isCardNumber } from './payment-cards.ts';
import type { ValueRules } from './value-redactor.ts';

/** Says of a signal whether there is nothing to redact in it. False means that nobody knows yet. */
export interface CleanSignals {
  /** Only for a signal that has exactly the fields of its kind. */
  isClean(signal: Signal): boolean;
  /** These come with every signal from now on, and are clean already. They must never change. */
  know(resource: Attributes): void;
}

/** What is known of the key of an attribute. */
interface KnownKey {
  /** It is no secret, and says nothing of its value. */
  readonly harmless: boolean;
  /** The value that is clean already. */
  readonly resource: unknown;
}

/** Keys of attributes come from requests too, so the memory for them is bounded. */
const maxRemembered = 2_000;
/** No card number is smaller. */
const smallestCard = 1e12;

/**
 * One look at each text and each key: of most signals nothing changes, and the search that can change them costs several times as
 * much. The kinds that carry the application's own objects are left to that search.
 */
export function createCleanSignals(rules: ValueRules): CleanSignals {
  const { keys, redactText, redactName } = rules;
  const remembered = new Map<string, KnownKey>();
  let known: Attributes = {};
  // The same on signal after signal.
  let lastRequestId: string | undefined;
  let lastSessionId: string | undefined;

  function meet(key: string): KnownKey {
    // `value` may be the value of what `name` says.
    const harmless = key !== 'value' && (key.length < shortestCredential || redactName(key) === key) && keys.judge(key, ['attributes', key]) === 'none';
    const met = { harmless, resource: Object.hasOwn(known, key) ? known[key] : undefined };
    if (remembered.size >= maxRemembered) remembered.clear();
    if (key.length <= 256) remembered.set(key, met);
    return met;
  }

  function isClean(key: string, value: unknown): boolean {
    const { harmless, resource } = remembered.get(key) ?? meet(key);
    if (value === resource && value !== undefined) return true;
    if (!harmless) return false;
    switch (typeof value) {
      case 'string':
        return redactText(value) === value;
      case 'number':
        return value < smallestCard || !isCardNumber(value);
      default:
        return typeof value === 'boolean' || value === undefined;
    }
  }

  function areClean(attributes: Attributes): boolean {
    if (attributes === known) return true;
    for (const key in attributes) if (!isClean(key, attributes[key])) return false;
    return true;
  }

  function isCleanText(text: string | undefined): boolean {
    return text === undefined || redactText(text) === text;
  }

  function isCleanRequestId(requestId: string | undefined): boolean {
    if (requestId === lastRequestId) return true;
    if (!isCleanText(requestId)) return false;
    lastRequestId = requestId;
    return true;
  }

  function isCleanSessionId(sessionId: string | undefined): boolean {
    if (sessionId === lastSessionId) return true;
    if (!isCleanText(sessionId)) return false;
    lastSessionId = sessionId;
    return true;
  }

  function isCleanSpan({ status, events }: SpanSignal): boolean {
    if (!isCleanText(status.message)) return false;
    for (const { name, attributes } of events) if (redactName(name) !== name || !areClean(attributes)) return false;
    return true;
  }

  function isCleanKind(signal: Signal): boolean {
    switch (signal.kind) {
      case 'span':
        return isCleanSpan(signal);
      case 'profile':
        return true;
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
      const { name, attributes, requestId, sessionId } = signal;
      return redactName(name) === name && isCleanRequestId(requestId) && isCleanSessionId(sessionId) && areClean(attributes) && isCleanKind(signal);
    },
    know(resource) {
      known = resource;
      remembered.clear();
    },
  };
}
