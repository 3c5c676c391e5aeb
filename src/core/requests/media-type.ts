/** What a header `Content-Type` says. */
export interface MediaType {
  /** In lower case, without parameters: `application/json`. */
  readonly name: string;
  /** In lower case. */
  readonly charset: string | undefined;
}

const longest = 256;

/** `undefined` where there is none. */
export function readMediaType(contentType: unknown): MediaType | undefined {
  const text: unknown = Array.isArray(contentType) ? contentType[0] : contentType;
  if (typeof text !== 'string') return undefined;
  const [begin = '', ...parameters] = text.slice(0, longest).toLowerCase().split(';');
  const name = begin.trim();
  if (!/^[^\s/]+\/[^\s/]+$/.test(name)) return undefined;
  const charset = parameters.map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)/.exec(parameter)?.[1]).find((value) => value !== undefined);
  return { name, charset };
}

/** Whether a media type is one of these, in which `*` is any part. All in lower case. */
export function isMediaTypeAmong(patterns: readonly string[], name: string): boolean {
  return patterns.includes(name) || patterns.some((pattern) => pattern.includes('*') && isLike(pattern.split('*'), name));
}

/** Piece by piece from the left: no pattern takes long. */
function isLike(pieces: readonly string[], name: string): boolean {
  const first = pieces[0] as string;
  const last = pieces[pieces.length - 1] as string;
  const end = name.length - last.length;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= end;
}
