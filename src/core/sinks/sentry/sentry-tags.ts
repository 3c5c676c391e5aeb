import { setField } from '../../set-field.ts';
import type { EventSignal } from './sentry-event.ts';

/** What events are searched by: the tags that were given and, unless they say it, the request, the session and how many events there were. */
export function sentryTags(signal: EventSignal): Readonly<Record<string, string>> {
  const { requestId, sessionId } = signal;
  const { tags = {}, count = 1 } = signal.kind === 'error' ? signal : {};
  const shown: Record<string, string> = {};
  if (requestId !== undefined) shown['request_id'] = requestId;
  if (sessionId !== undefined) shown['session_id'] = sessionId;
  if (count > 1) shown['occurrences'] = String(count);
  for (const [name, value] of Object.entries(tags)) setField(shown, tagName(name), value.replace(/\s+/g, ' '));
  return shown;
}

/** Sentry drops a tag of another name, or with a line end in its value. */
function tagName(name: string): string {
  return name.replace(/[^\w.:-]/g, '_').slice(0, 32);
}
