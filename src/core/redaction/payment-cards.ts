/** As many digits as a card has, or something like it. */
const hint: RegExp = /\d[\d -]{12}/;
const digitRun: RegExp = /\d+/g;
/** Cards begin with 2 (Mastercard, Mir: 22 to 27) to 6; with 1 begin timestamps in milliseconds to nanoseconds, with 20 dates. */
const cardDigits: RegExp = /^(?:2[2-7]|[3-6]\d)\d{11,17}$/;
/** Longer than any text an identifier hides in: `00-` trace id `-` span id `-01`. */
const maxIdentifier = 64;

/** Whether `redactCards` may find something. */
export function mayHoldCard(text: string): boolean {
  return hint.test(text);
}

/** Replaces card numbers: 13 to 19 digits, at once or in groups, whose check digit is right. */
export function redactCards(text: string, replacement: string): string {
  if (!mayHoldCard(text)) return text;
  const runs = [...text.matchAll(digitRun)].map(({ index, 0: digits }) => ({ start: index, end: index + digits.length, digits }));
  let result = '';
  let done = 0;
  for (let first = 0; first < runs.length; first += 1) {
    const last = lastOfCard(text, runs, first);
    if (last === undefined) continue;
    const { start } = runs[first] as Run;
    const { end } = runs[last] as Run;
    result += text.slice(done, start) + replacement;
    done = end;
    first = last;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** Whether a number is the number of a card. */
export function isCardNumber(value: number): boolean {
  return value >= 2e12 && Number.isSafeInteger(value) && isCard(String(value));
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
}

/** The run with which a card number ends that begins with run `first`. */
function lastOfCard(text: string, runs: readonly Run[], first: number): number | undefined {
  const { start, digits } = runs[first] as Run;
  if (digits.length >= 13) return isCard(digits) && !isIdentifier(text, start) ? first : undefined;
  if (digits.length !== 4) return undefined;
  let together = digits;
  let found: number | undefined;
  for (let index = first + 1; index < runs.length; index += 1) {
    const previous = runs[index - 1] as Run;
    const run = runs[index] as Run;
    if (run.start !== previous.end + 1 || !' -'.includes(text.charAt(previous.end))) break;
    together += run.digits;
    // The longest that fits: 4 4 4 4 3 before 4 4 4 4.
    if (together.length > 19) break;
    if (isCard(together)) found = index;
    if (run.digits.length < 4) break;
  }
  return found === undefined || isIdentifier(text, start) ? undefined : found;
}

function isCard(digits: string): boolean {
  return cardDigits.test(digits) && isLuhn(digits);
}

function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, double = false; index >= 0; index -= 1, double = !double) {
    const digit = digits.charCodeAt(index) - 48;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}

/** Whether the digits are part of a trace id, span id, traceparent or UUID: hexadecimal of just their length, with a letter. */
function isIdentifier(text: string, at: number): boolean {
  const isPart = (index: number): boolean => /[0-9a-f-]/i.test(text.charAt(index));
  let start = at;
  while (start > 0 && at - start < maxIdentifier && isPart(start - 1)) start -= 1;
  let end = at;
  while (end < text.length && end - at < maxIdentifier && isPart(end)) end += 1;
  if (/\w/.test(text.charAt(start - 1) + text.charAt(end))) return false;
  const run = text.slice(start, end);
  return /[a-f]/i.test(run) && [16, 32, 52].includes(run.replaceAll('-', '').length);
}
