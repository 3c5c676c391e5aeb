import type { MetricSignal } from '../signal.ts';
import { jsonList, jsonText } from './json-text.ts';

const most = 200;
const maxCharacters = 65_536;
const longestKey = 2_048;
/** How long a metric keeps its place when others want it, in milliseconds. */
const staleAfter = 60_000;

interface Latest {
  signal: MetricSignal;
  /** Of a counter the sum. */
  value: number;
  updatedAt: number;
}

/**
 * The latest value of each gauge and the sum of each counter, since this began. Histograms are not shown: of many values the last one
 * says little. When there are too many, later ones get a place only where another has not been heard of for a minute.
 */
export class LatestMetrics {
  /** Those that were updated last stand last. */
  readonly #latest = new Map<string, Latest>();
  #frame: string | undefined;

  /** `elapsed`: on the monotonic clock. */
  add(signal: MetricSignal, elapsed: number): void {
    if (signal.instrument === 'histogram') return;
    const key = jsonText([signal.name, signal.unit, signal.attributes]);
    if (key === undefined || key.length > longestKey) return;
    const known = this.#latest.get(key);
    if (known === undefined && !this.#hasRoom(elapsed)) return;
    const value = signal.instrument === 'counter' ? (known?.value ?? 0) + signal.value : signal.value;
    this.#frame = undefined;
    this.#latest.delete(key);
    this.#latest.set(key, { signal, value, updatedAt: elapsed });
  }

  read(): string {
    if (this.#frame !== undefined) return this.#frame;
    // Always in the same order, so that who reads them can find them again.
    const inOrder = [...this.#latest].sort(([one], [other]) => (one < other ? -1 : 1));
    const texts = inOrder.map(([, { signal, value }]) => jsonText(value === signal.value ? signal : { ...signal, value }));
    this.#frame = `{"metrics":${jsonList(texts, most, maxCharacters).text}}`;
    return this.#frame;
  }

  #hasRoom(elapsed: number): boolean {
    if (this.#latest.size < most) return true;
    for (const [key, { updatedAt }] of this.#latest) {
      if (elapsed - updatedAt < staleAfter) return false;
      this.#latest.delete(key);
      return true;
    }
    return true;
  }
}
