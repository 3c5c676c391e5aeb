/** What JSON leaves as it is, and terminals and line readers obey: control characters, line ends, marks that turn the direction of writing. */
const unsafe: RegExp = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
/** Of these JSON is the text between quotes. */
const plain: RegExp = /^[ !#-[\]-~]*$/;

/** JSON that says the same without what a terminal would obey. */
export function harmlessJson(json: string): string {
  return json.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A text as it stands in JSON between its quotes: most are the same. Throws for what is no text. */
export function quotable(text: string): string {
  if (typeof text !== 'string') throw new TypeError('no text');
  return plain.test(text) ? text : harmlessJson(JSON.stringify(text)).slice(1, -1);
}
