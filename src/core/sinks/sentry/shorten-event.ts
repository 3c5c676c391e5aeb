import { cappedText } from '../../capped-text.ts';
import { setField } from '../../set-field.ts';
import type { SentryEvent } from './sentry-event.ts';

/** One after the other, until it fits: what explains least goes first, the error and where it was thrown stay. */
const steps: readonly ((event: SentryEvent) => SentryEvent)[] = [
  (event) => ({ ...event, breadcrumbs: event.breadcrumbs?.slice(-10) }),
  (event) => ({ ...event, extra: undefined }),
  (event) => withShortTexts(event, 1_024),
  ({ contexts: { trace }, ...event }) => ({ ...event, breadcrumbs: undefined, contexts: { trace } }),
  ({ exception, ...event }) => withShortTexts({ ...event, exception: exception && { values: exception.values.slice(-3) } }, 256),
];

/** Ever shorter forms of an event, whose tag `shortened` says so. */
export function* shortenedEvents(event: SentryEvent): Generator<SentryEvent> {
  let shorter: SentryEvent = { ...event, tags: { ...event.tags, shortened: 'true' } };
  for (const shorten of steps) {
    shorter = shorten(shorter);
    yield shorter;
  }
}

function withShortTexts<T>(value: T, maxLength: number): T {
  return shortened(value, maxLength) as T;
}

/** Of plain data, as signals are. */
function shortened(value: unknown, maxLength: number): unknown {
  if (typeof value === 'string') return cappedText(value, maxLength);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => shortened(item, maxLength));
  const copy: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) setField(copy, key, shortened(field, maxLength));
  return copy;
}
