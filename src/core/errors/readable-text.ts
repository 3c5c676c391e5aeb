import { cappedText } from '../capped-text.ts';

/**
 * Engines keep a text that was put together as its pieces, and copy all of it into one before its first character can be read: of
 * 50 MB that takes longer than an error may cost. Nothing tells such a text from another but its length.
 */
const maxReadable = 524_288;

/** Whether its characters can be read in no time. */
export function isReadable(text: string): boolean {
  return text.length <= maxReadable;
}

/** The text as `cappedText` has it; of more than 512 KiB only its length, `…[52428800 characters]`. */
export function readableText(text: string, maxLength: number): string {
  return cappedText(text, isReadable(text) ? maxLength : 0);
}

/** The same text in memory of its own: engines make a part of a text a view that keeps all of it. */
export function detachedText(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}
