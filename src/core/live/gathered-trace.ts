import { estimateSize } from '../signal-size.ts';
import { hasFailed } from '../signal.ts';
import type { SpanSignal } from '../signal.ts';
import { jsonText } from './json-text.ts';

const maxSpans = 100;

/** The spans of a trace, as they come. */
export class GatheredTrace {
  readonly traceId: string;
  /** When its first span came, on the monotonic clock. */
  readonly since: number;
  /** The longest ones. */
  readonly #spans: SpanSignal[] = [];
  #leftOut = 0;
  #text: string | undefined;
  #textFor = 0;
  /** About how many bytes its spans hold. */
  bytes = 0;
  /** The first of those that nothing in this process is around: the trace ends with it. */
  root: SpanSignal | undefined;

  constructor(traceId: string, since: number) {
    this.traceId = traceId;
    this.since = since;
  }

  /** Milliseconds. */
  get duration(): number {
    return this.root?.duration ?? 0;
  }

  /** True when the trace is now known to be as long as this span. */
  add(span: SpanSignal): boolean {
    this.#text = undefined;
    const isRoot = isLocalRoot(span) && (this.root === undefined || span.timestamp < this.root.timestamp);
    if (this.#spans.length < maxSpans) this.#keep(span, this.#spans.length);
    else {
      this.#leftOut += 1;
      const at = this.#shortest();
      if (isRoot || span.duration > (this.#spans[at] as SpanSignal).duration) this.#keep(span, at);
    }
    if (isRoot) this.root = span;
    return isRoot;
  }

  /** As a `LiveTrace` in JSON, of at most about so many characters; beyond them the shortest spans are left out. */
  read(maxCharacters: number): string {
    if (this.#text !== undefined && this.#textFor === maxCharacters) return this.#text;
    const { root } = this;
    const shown: { readonly span: SpanSignal; readonly text: string }[] = [];
    let characters = 0;
    for (const span of [...this.#spans].sort((one, other) => other.duration - one.duration)) {
      const text = jsonText(span);
      if (text === undefined) continue;
      characters += text.length + 1;
      if (characters > maxCharacters) break;
      shown.push({ span, text });
    }
    shown.sort((one, other) => one.span.timestamp - other.span.timestamp);
    const leftOut = this.#leftOut + this.#spans.length - shown.length;
    const head = { traceId: this.traceId, name: root?.name ?? '', timestamp: root?.timestamp ?? 0, duration: this.duration };
    const failed = this.#spans.some(hasFailed);
    this.#text = `${JSON.stringify({ ...head, failed }).slice(0, -1)},"spans":[${shown.map(({ text }) => text).join(',')}],"leftOut":${leftOut}}`;
    this.#textFor = maxCharacters;
    return this.#text;
  }

  #keep(span: SpanSignal, at: number): void {
    const before = this.#spans[at];
    this.bytes += estimateSize(span) - (before === undefined ? 0 : estimateSize(before));
    this.#spans[at] = span;
  }

  #shortest(): number {
    let shortest = 0;
    for (const [at, { duration }] of this.#spans.entries()) {
      if (duration < (this.#spans[shortest] as SpanSignal).duration) shortest = at;
    }
    return shortest;
  }
}

/** Nothing that this process sees is around it. */
export function isLocalRoot({ parentSpanId, parentIsRemote }: SpanSignal): boolean {
  return parentSpanId === undefined || parentIsRemote === true;
}
