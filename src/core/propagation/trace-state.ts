/** Longest that is carried, and most members. https://www.w3.org/TR/trace-context-2/#tracestate-limits */
const maxLength = 512;
const maxMembers = 32;

/** https://www.w3.org/TR/trace-context-2/#list-members */
const memberPattern = /^([a-z\d][a-z\d_*/@-]{0,255})=[ -+\--<>-~]{0,255}[!-+\--<>-~]$/;

/**
 * W3C `tracestate`, as it may be handed on: what other tracing systems carry along with a trace. `undefined` when it is empty, not
 * as the standard asks, or longer than 512 characters: half of it could mean something else.
 */
export function validTraceState(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > maxLength) return undefined;
  const members: string[] = [];
  const keys = new Set<string>();
  for (const part of value.split(',')) {
    const member = part.replace(/^[ \t]+|[ \t]+$/g, '');
    if (member === '') continue;
    const key = memberPattern.exec(member)?.[1];
    if (key === undefined || keys.has(key) || members.length === maxMembers) return undefined;
    keys.add(key);
    members.push(member);
  }
  return members.length === 0 ? undefined : members.join(',');
}
