/** What has no place in a line, and halves of characters, which have no UTF-8. */
const unprintable: RegExp = /[\0-\x08\x0b-\x1f\x7f\u0085\u2028\u2029\p{Surrogate}]/gu;

/** A text in which every character can be written; line ends are still to be escaped. */
export function plainText(text: string): string {
  return text.replace(unprintable, '\ufffd');
}
