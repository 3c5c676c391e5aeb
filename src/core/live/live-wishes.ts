import { signalKinds } from '../signal.ts';
import type { SignalKind } from '../signal.ts';
import type { LivePart } from './live-frame.ts';

/** What a client asks for, as far as it can have it. */
export interface LiveWishes {
  readonly parts: readonly LivePart[];
  /** Of the signals to send: each once, in the order of `signalKinds`. */
  readonly kinds: readonly SignalKind[];
  /** Milliseconds the statistics cover. */
  readonly window: number;
  /** Milliseconds between two frames. */
  readonly every: number;
}

/** What clients can have. */
export interface LiveOffer {
  readonly kinds: readonly SignalKind[];
  /** For those who say nothing of it. */
  readonly window: number;
  /** For those who say nothing of it. */
  readonly every: number;
}

const parts: Readonly<Record<LivePart, true>> = { statistics: true, health: true, ledger: true, metrics: true, errors: true, traces: true };

/** Every part that a client may ask for. */
export const liveParts: readonly LivePart[] = Object.keys(parts) as LivePart[];

const defaultParts: readonly LivePart[] = ['statistics', 'health'];
/** Of one list: nobody has more to ask for. */
const maxNames = 32;
const longestWindow = 3_600_000;
/** Frames that come faster tell nothing that an eye could follow, and cost the same each. */
const shortestEvery = 250;
const longestEvery = 60_000;

/**
 * Reads the query of a stream, which anybody may have written. What is malformed or unknown is left out, and told: `ignored` gets one of
 * few sentences, nothing of the query itself. Times are brought into bounds.
 */
export function readWishes(query: Iterable<readonly [string, string]>, offer: LiveOffer, ignored: (what: string) => void): LiveWishes {
  const wanted = { parts: new Set<string>(defaultParts), kinds: new Set<string>() };
  let { window, every } = offer;
  let seen = 0;
  for (const [name, value] of query) {
    seen += 1;
    if (seen > maxNames) {
      ignored('a query with too many parameters');
      break;
    }
    if (name === 'parts') wanted.parts = readNames(value, liveParts, () => ignored('a part that there is not'));
    else if (name === 'kinds') wanted.kinds = readNames(value, offer.kinds, () => ignored('a kind that there is not, or that is not offered'));
    else if (name === 'window') window = readTime(value) ?? said(() => ignored('a window that is no number of milliseconds'), window);
    else if (name === 'every') every = readTime(value) ?? said(() => ignored('an interval that is no number of milliseconds'), every);
    else ignored('a parameter that there is not');
  }
  every = clamp(every, Math.min(shortestEvery, offer.every), Math.max(longestEvery, offer.every));
  return {
    parts: liveParts.filter((part) => wanted.parts.has(part)),
    kinds: signalKinds.filter((kind) => wanted.kinds.has(kind)),
    every,
    window: clamp(window, every, Math.max(longestWindow, offer.window)),
  };
}

function readNames(list: string, known: readonly string[], unknown: () => void): Set<string> {
  const names = list.split(',', maxNames + 1).map((name) => name.trim()).filter((name) => name !== '');
  const found = names.slice(0, maxNames).filter((name) => known.includes(name));
  if (found.length < names.length) unknown();
  return new Set(found);
}

/** Whole milliseconds, so that there are not too many different ones. */
function readTime(text: string): number | undefined {
  return /^\d{1,12}(\.\d{1,12})?$/.test(text) && Number(text) > 0 ? Math.ceil(Number(text)) : undefined;
}

function said<T>(say: () => void, value: T): T {
  say();
  return value;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
