import type { ErrorSignal } from '../signal.ts';
import { jsonList, jsonText } from './json-text.ts';
import { withoutRecording } from '../without-recording.ts';

const most = 20;
const maxCharacters = 98_304;

/** The latest errors. */
export class LatestErrors {
  /** Newest first. */
  readonly #texts: string[] = [];
  #frame: string | undefined;

  add(signal: ErrorSignal): void {
    const error = withoutRecording(signal);
    // Now: the signals themselves may be larger than what is shown of them.
    const text = fittingText(error) ?? fittingText({ ...error, attributes: {}, context: undefined, breadcrumbs: [] });
    if (text === undefined) return;
    this.#frame = undefined;
    this.#texts.unshift(text);
    if (this.#texts.length > most) this.#texts.pop();
  }

  read(): string {
    return (this.#frame ??= `{"errors":${jsonList(this.#texts, most, maxCharacters).text}}`);
  }
}

/** One alone may be larger than a frame, and would keep all others from it. */
function fittingText(error: ErrorSignal): string | undefined {
  const text = jsonText(error);
  return text === undefined || text.length > maxCharacters / 2 ? undefined : text;
}
