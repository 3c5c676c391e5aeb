import type { AttributeValue } from '../../signal.ts';
import type { EventSignal } from './sentry-event.ts';

/** Those that Sentry takes as texts alone. */
const texts: ReadonlySet<string> = new Set(['id', 'email', 'username', 'ip_address', 'name']);

/** Whom it happened to; a message has that in its attributes. */
export function sentryUser(signal: EventSignal): Readonly<Record<string, AttributeValue>> | undefined {
  const { attributes } = signal;
  const given =
    (signal.kind === 'error' ? signal.user : undefined) ??
    { id: attributes['user.id'], email: attributes['user.email'], username: attributes['user.name'] };
  const fields = Object.entries(given).flatMap(([name, value]): [string, AttributeValue][] => {
    if (value === undefined) return [];
    return [[name, texts.has(name) ? String(value) : value]];
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}
