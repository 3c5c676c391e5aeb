import type { SpotlightEvent } from '../../helpers/spotlight.ts';

/** The events in what a receiver was posted. https://develop.sentry.dev/sdk/data-model/envelopes/ */
export function eventsIn(posts: readonly { readonly path: string; readonly body: Buffer }[]): readonly SpotlightEvent[] {
  const events: SpotlightEvent[] = [];
  for (const { path, body } of posts) {
    if (!path.includes('/envelope/')) continue;
    let start = endOfLine(body, 0) + 1;
    while (start < body.length) {
      const endOfHeader = endOfLine(body, start);
      const { type, length } = JSON.parse(body.toString('utf8', start, endOfHeader)) as { readonly type: string; readonly length?: number };
      const end = length === undefined ? endOfLine(body, endOfHeader + 1) : endOfHeader + 1 + length;
      if (type === 'event') events.push(JSON.parse(body.toString('utf8', endOfHeader + 1, end)) as SpotlightEvent);
      start = end + 1;
    }
  }
  return events;
}

function endOfLine(body: Buffer, from: number): number {
  const end = body.indexOf('\n', from);
  return end < 0 ? body.length : end;
}

/** What was captured: the message of each event, sorted, as posts overtake each other. */
export function messagesOf(events: readonly SpotlightEvent[]): readonly (string | undefined)[] {
  return events.map(({ exception }) => exception?.values.at(-1)?.value).sort();
}
