const length = 36;
const dash = 45;

/**
 * Whether a text is a UUID in lower case with a letter in it. Of those no search of the redactor finds anything: none begins as the
 * tokens of a provider do, and the letter says that its digits are not those of a card.
 */
export function isUuid(text: string): boolean {
  if (text.length !== length) return false;
  let letters = 0;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 97 && code <= 102) letters += 1;
    else if (code === dash ? !isDashed(index) : code < 48 || code > 57) return false;
  }
  return letters > 0 && text.charCodeAt(8) === dash && text.charCodeAt(13) === dash && text.charCodeAt(18) === dash && text.charCodeAt(23) === dash;
}

function isDashed(index: number): boolean {
  return index === 8 || index === 13 || index === 18 || index === 23;
}
