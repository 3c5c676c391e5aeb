/** What a header `Retry-After` asks for, in milliseconds: whole seconds, or a date. What is neither, or has passed, is not there. */
export function retryAfter(text: string | null | undefined, now: number): number | undefined {
  if (text === null || text === undefined) return undefined;
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : / GMT$/.test(text) ? Date.parse(text) - now : -1;
  return wait >= 0 ? wait : undefined;
}
