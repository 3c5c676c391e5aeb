import type { SpanSignal } from '../signal.ts';
import { GatheredTrace, isLocalRoot } from './gathered-trace.ts';

/** How many are shown. */
const shown = 10;
/** Into how many slices of time the window is cut: a trace is forgotten that much too early at most. */
const slicesOfWindow = 60;
/** Of those whose end is not known. */
const maxOpen = 1_000;
const maxBytes = 8_388_608;
const maxCharacters = 196_608;

/** The slowest traces that ended in one slice of time, slowest first. */
interface Slice {
  readonly time: number;
  readonly traces: GatheredTrace[];
}

/**
 * The slowest traces that ended in the last `window` milliseconds, with their spans. A trace has ended when its first span in this
 * process has; spans that end later are still added. As many as are shown are kept of each slice of time, because the slowest are
 * forgotten first when they are the oldest.
 */
export class SlowestTraces {
  readonly #window: number;
  readonly #slice: number;
  readonly #open = new Map<string, GatheredTrace>();
  readonly #kept = new Map<string, GatheredTrace>();
  /** Oldest first. */
  readonly #slices: Slice[] = [];
  #bytes = 0;

  constructor(window: number) {
    this.#window = window;
    this.#slice = window / slicesOfWindow;
  }

  /** `elapsed`: on the monotonic clock. */
  add(span: SpanSignal, elapsed: number): void {
    const { traceId } = span.trace;
    const known = this.#kept.get(traceId) ?? this.#open.get(traceId);
    // Most traces are fast, and many have but this one span.
    if (known === undefined && isLocalRoot(span) && !this.#isSlow(span.duration, this.#sliceAt(elapsed))) return;
    const trace = known ?? this.#begin(traceId, elapsed);
    const before = trace.bytes;
    const hasEnded = trace.add(span);
    this.#bytes += trace.bytes - before;
    if (hasEnded) this.#rank(trace, elapsed);
    this.#bound(trace, elapsed);
  }

  /** The slowest first, as a `TracesFrame` in JSON. */
  read(elapsed: number): string {
    this.#sliceAt(elapsed);
    const slowest = [...this.#kept.values()].sort((one, other) => other.duration - one.duration).slice(0, shown);
    const texts: string[] = [];
    let left = maxCharacters;
    for (const [index, trace] of slowest.entries()) {
      // What a small one does not need is for those behind it. In steps, so that a text can be used again.
      const share = Math.floor(left / (slowest.length - index) / 1_024) * 1_024;
      const text = trace.read(share);
      left -= text.length;
      texts.push(text);
    }
    return `{"traces":[${texts.join(',')}]}`;
  }

  #begin(traceId: string, elapsed: number): GatheredTrace {
    const trace = new GatheredTrace(traceId, elapsed);
    this.#open.set(traceId, trace);
    return trace;
  }

  /** That of now; those that are too old are forgotten. */
  #sliceAt(elapsed: number): Slice {
    const time = Math.floor(elapsed / this.#slice);
    for (let oldest = this.#slices[0]; oldest !== undefined && oldest.time <= time - slicesOfWindow; oldest = this.#slices[0]) {
      for (const trace of oldest.traces) this.#forget(trace);
      this.#slices.shift();
    }
    const last = this.#slices.at(-1);
    if (last?.time === time) return last;
    const slice = { time, traces: [] };
    this.#slices.push(slice);
    return slice;
  }

  #isSlow(duration: number, { traces }: Slice): boolean {
    return traces.length < shown || duration > (traces[shown - 1] as GatheredTrace).duration;
  }

  #rank(trace: GatheredTrace, elapsed: number): void {
    this.#open.delete(trace.traceId);
    // A request inside of this one may have ended before.
    if (this.#kept.has(trace.traceId)) this.#leaveSlice(trace);
    const slice = this.#sliceAt(elapsed);
    if (!this.#isSlow(trace.duration, slice)) return this.#forget(trace);
    const { traces } = slice;
    const at = traces.findIndex(({ duration }) => duration < trace.duration);
    traces.splice(at < 0 ? traces.length : at, 0, trace);
    this.#kept.set(trace.traceId, trace);
    const beaten = traces.length > shown ? traces.pop() : undefined;
    if (beaten !== undefined) this.#forget(beaten);
  }

  #bound(latest: GatheredTrace, elapsed: number): void {
    if (this.#open.size > maxOpen) this.#forgetOpen(latest, elapsed);
    while (this.#bytes > maxBytes && this.#open.size > 0) this.#forgetOpen(latest, elapsed);
    while (this.#bytes > maxBytes && this.#kept.size > 0) this.#forgetFastest();
  }

  /** The oldest, if it may never end; else the latest: of those that are open the oldest are the slow ones, which this is about. */
  #forgetOpen(latest: GatheredTrace, elapsed: number): void {
    for (const oldest of this.#open.values()) {
      const isOver = elapsed - oldest.since > this.#window;
      return this.#forget(isOver || this.#open.get(latest.traceId) !== latest ? oldest : latest);
    }
  }

  #forgetFastest(): void {
    let fastest: GatheredTrace | undefined;
    for (const trace of this.#kept.values()) if (fastest === undefined || trace.duration < fastest.duration) fastest = trace;
    if (fastest === undefined) return;
    this.#leaveSlice(fastest);
    this.#forget(fastest);
  }

  #leaveSlice(trace: GatheredTrace): void {
    for (const { traces } of this.#slices) {
      const at = traces.indexOf(trace);
      if (at >= 0) traces.splice(at, 1);
    }
  }

  #forget(trace: GatheredTrace): void {
    this.#open.delete(trace.traceId);
    this.#kept.delete(trace.traceId);
    this.#bytes -= trace.bytes;
  }
}
