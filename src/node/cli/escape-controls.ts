/**
 * What a terminal would act on, or show at a width nobody knows: controls, directions and other invisible characters, halves of
 * surrogate pairs, and what is assigned to nothing or to private use.
 */
const unprintable: RegExp = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
/** What joins emoji into one, or changes how one looks: terminals disagree about the width of the outcome. Left out. */
const emojiGlue: RegExp = /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])[\u200D\uFE0F\u{1F3FB}-\u{1F3FF}]|(?<=\S)\uFE0F/gu;
const known: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** Text from outside as it is safe in a terminal: no character of it does anything. */
export function escapeControls(text: string): string {
  return text.replace(emojiGlue, '').replace(unprintable, escape);
}

function escape(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x100) return known[character] ?? `\\x${point.toString(16).padStart(2, '0')}`;
  return point < 0x10000 ? `\\u${point.toString(16).padStart(4, '0')}` : `\\u{${point.toString(16)}}`;
}
