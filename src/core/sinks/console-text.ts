import { cappedText } from '../capped-text.ts';
import { isNoise } from './console-noise.ts';
import type { Attributes, AttributeValue, SeverityName } from '../signal.ts';

const maxLine = 2_000;
const maxValue = 120;
/** Terminal escapes, and the marks that turn the direction of writing: an attacker's text must not rewrite the screen. */
const control: RegExp = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

const codes = { dim: 2, bold: 1, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Colour = keyof typeof codes;

const levelColours: Readonly<Record<SeverityName, Colour>> = {
  trace: 'dim',
  debug: 'dim',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
};

export function createPaint(color: boolean): Paint {
  return color ? (colour, text) => `\u001b[${codes[colour]}m${text}\u001b[0m` : (_, text) => text;
}

/** One line of text from outside: control characters are shown, not obeyed (`\x1b`), and it has an end. */
export function printable(text: string, maxLength: number = maxLine): string {
  return cappedText(text, maxLength).replace(control, (character) => {
    if (character === '\n') return '\\n';
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** `12:34:56.789 WARN `, in UTC. */
export function lineStart(timestamp: number, level: SeverityName, paint: Paint): string {
  return `${paint('dim', isoTime(timestamp).slice(11, 23))} ${paint(levelColours[level], level.toUpperCase().padEnd(5))}`;
}

/** ISO 8601; of a number that is no date the number. */
export function isoTime(timestamp: number): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? String(timestamp) : date.toISOString();
}

/** `0.8 ms`, `143 ms`, `1.24 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  return milliseconds < 999.5 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(2)} s`;
}

/** `  key=value key="two words"`, without what every signal of a service has, or is said elsewhere. Empty when there is nothing to say. */
export function attributesText(attributes: Attributes, paint: Paint, name: string = '', isSaid: (key: string, value: AttributeValue) => boolean = never): string {
  const pairs: string[] = [];
  let length = 0;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || isNoise(key) || (key === 'http.route' && name.endsWith(` ${String(value)}`)) || isSaid(key, value)) continue;
    if (length > maxLine) return `  ${pairs.join(' ')} …`;
    const text = typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
    const pair = `${paint('dim', `${printable(key, maxValue)}=`)}${printable(text, maxValue)}`;
    pairs.push(pair);
    length += pair.length;
  }
  return pairs.length === 0 ? '' : `  ${pairs.join(' ')}`;
}

function never(): boolean {
  return false;
}
