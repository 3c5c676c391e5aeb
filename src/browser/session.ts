import type { Ids } from '../core/ids.ts';

const KEY = '@arkhe/observability/session';

/** The session of the tab: survives a reload, ends with the tab. Where storage is blocked, that of the page view. */
export function currentSession(ids: Pick<Ids, 'eventId'>): string {
  const fresh = ids.eventId();
  try {
    const known = sessionStorage.getItem(KEY);
    if (known !== null && /^[0-9a-f]{32}$/.test(known)) return known;
    sessionStorage.setItem(KEY, fresh);
  } catch {
    // Blocked by the visitor, or full: then it lasts as long as the page.
  }
  return fresh;
}
