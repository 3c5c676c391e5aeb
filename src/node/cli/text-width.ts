/** Marks upon the character before them, and what stands within a Korean syllable. */
const nothing: RegExp = /[\p{Mn}\p{Me}\u1160-\u11FF\uD7B0-\uD7FF]/u;
/** East Asian wide and fullwidth, and what is shown as an emoji by itself. */
const wide: RegExp =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{1B2FF}\u{1F200}-\u{1F2FF}\u{20000}-\u{3FFFD}]|(?!\p{Regional_Indicator})\p{Emoji_Presentation}/u;
const plain: RegExp = /^[ -~]*$/;
/** No letter has more marks; a stack of them would run over the lines beside it. */
const MOST_MARKS = 4;

/** How many columns a terminal gives a text without controls (see `escapeControls`). */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text in exactly so many columns: filled up with blanks, or cut, with `…` at the end. */
export function fitText(text: string, width: number): string {
  if (plain.test(text) && text.length <= width) return text.padEnd(width);
  let kept = '';
  let used = 0;
  // How much fits when a `…` is to follow.
  let cut = '';
  let cutUsed = 0;
  let marks = 0;
  for (const character of text) {
    const own = characterWidth(character);
    marks = own === 0 ? marks + 1 : 0;
    if (marks > MOST_MARKS) continue;
    if (used + own > width) return width < 1 ? '' : `${cut}…${' '.repeat(width - cutUsed - 1)}`;
    kept += character;
    used += own;
    if (used <= width - 1) [cut, cutUsed] = [kept, used];
  }
  return kept + ' '.repeat(width - used);
}

function characterWidth(character: string): number {
  if (plain.test(character)) return 1;
  if (nothing.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
