import type { Signal, SignalKind } from '../signal.ts';
import { jsonText } from './json-text.ts';
import { withoutRecording } from '../without-recording.ts';

interface Kept {
  readonly signal: Signal;
  /** The how many-th of all it was. */
  readonly order: number;
}

interface OfKind {
  /** How many there were since the last frame. */
  seen: number;
  readonly kept: Kept[];
}

/** What of the signals since the last frame is shown. */
export interface ShownSignals {
  /** JSON of each, in the order they came. */
  readonly texts: readonly string[];
  readonly leftOut: number;
}

/**
 * A share of the signals since it was last taken: of each kind at most `most`, drawn by lot so that it shows what the whole was like, and
 * of all kinds together `most` again, in at most `maxCharacters`, spread evenly over the kinds: many spans leave room for few errors.
 */
export class SignalShare {
  readonly #most: number;
  readonly #maxCharacters: number;
  readonly #kinds: Map<SignalKind, OfKind>;
  #order = 0;

  constructor(kinds: readonly SignalKind[], most: number, maxCharacters: number) {
    this.#most = most;
    this.#maxCharacters = maxCharacters;
    this.#kinds = new Map(kinds.map((kind) => [kind, { seen: 0, kept: [] }]));
  }

  add(signal: Signal): void {
    const ofKind = this.#kinds.get(signal.kind);
    if (ofKind === undefined) return;
    const { kept } = ofKind;
    ofKind.seen += 1;
    this.#order += 1;
    const at = kept.length < this.#most ? kept.length : Math.floor(Math.random() * ofKind.seen);
    if (at < this.#most) kept[at] = { signal, order: this.#order };
  }

  /** `undefined` when there was none. */
  take(): ShownSignals | undefined {
    let seen = 0;
    const queues: { characters: number; readonly kept: Kept[] }[] = [];
    for (const ofKind of this.#kinds.values()) {
      seen += ofKind.seen;
      ofKind.seen = 0;
      queues.push({ characters: 0, kept: ofKind.kept.splice(0) });
    }
    if (seen === 0) return undefined;
    const shown: { readonly order: number; readonly text: string }[] = [];
    let characters = 0;
    while (shown.length < this.#most) {
      const next = leastShown(queues);
      if (next === undefined) break;
      const { signal, order } = next.kept.pop() as Kept;
      const text = jsonText(withoutRecording(signal));
      // Counted also where it does not fit: who sends only large ones must not have all of them written.
      next.characters += text?.length ?? 0;
      if (text === undefined || characters + text.length > this.#maxCharacters) continue;
      characters += text.length + 1;
      shown.push({ order, text });
    }
    shown.sort((one, other) => one.order - other.order);
    return { texts: shown.map(({ text }) => text), leftOut: seen - shown.length };
  }
}

function leastShown<Q extends { readonly characters: number; readonly kept: readonly unknown[] }>(queues: readonly Q[]): Q | undefined {
  let least: Q | undefined;
  for (const queue of queues) {
    if (queue.kept.length > 0 && (least === undefined || queue.characters < least.characters)) least = queue;
  }
  return least;
}
