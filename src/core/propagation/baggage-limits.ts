/** What everyone must be able to carry, and nobody has to carry more of. https://www.w3.org/TR/baggage/#limits */
const MAX_MEMBERS = 64;
const MAX_BYTES = 8_192;

/**
 * Those of the members that baggage has room for: from the first without room on none is kept, so that there are no gaps, and none is
 * looked at. `undefined` stands for one that is malformed. `ignored` is told of both.
 */
export function withinLimits<T>(
  members: Iterable<T | undefined>,
  lengthOf: (member: T) => number,
  ignored: (what: string) => void,
): readonly T[] {
  const kept: T[] = [];
  // The first has no comma before it.
  let bytes = -1;
  let isMalformed = false;
  for (const member of members) {
    if (member === undefined) {
      isMalformed = true;
      continue;
    }
    bytes += lengthOf(member) + 1;
    if (kept.length === MAX_MEMBERS || bytes > MAX_BYTES) {
      ignored(`baggage beyond ${MAX_MEMBERS} members or ${MAX_BYTES} bytes`);
      break;
    }
    kept.push(member);
  }
  if (isMalformed) ignored('a malformed member of baggage');
  return kept;
}
