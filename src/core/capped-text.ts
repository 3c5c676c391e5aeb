/** Text of at most `maxLength` characters; what was cut is said behind it: `…[10485760 characters]`. */
export function cappedText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let end = Math.max(0, maxLength);
  // Half a surrogate pair would be replaced, or refused, by whoever encodes it as UTF-8.
  if (end > 0 && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
  // V8 makes a slice a view that keeps its whole parent in memory: 4,096 characters would hold 10 MB. The concatenation is
  // flattened into fresh memory by the outer slice, so only the short copy is held.
  return ` ${text.slice(0, end)}…[${text.length} characters]`.slice(1);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
