import type { Subscription } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { Signal } from '../signal.ts';
import { isLocalRoot } from './trace-tree.ts';

/** What is known of a trace that may not be complete. */
export interface BufferedTrace {
  readonly traceId: string;
  readonly signals: Signal[];
  /** How many came after the last that was kept. */
  more: number;
}

export interface TraceBuffer {
  hold(traceId: string, signal: Signal): void;
  /** Gives out the traces whose root has come: after a batch, since what belongs to a root may follow it in the same one. */
  settle(): void;
  /** Gives out everything. */
  release(): void;
}

interface Held extends BufferedTrace {
  /** When, on the monotonic clock, it is given out at the latest. */
  due: number;
  hasLocalRoot: boolean;
  hasRoot: boolean;
}

const tick = 250;
/** The caller's span may come to this very stream: front end and back end in one process, or in one test. */
const waitForCaller = 1_000;
/** Nothing came for so long: the root was lost, or is still running. */
const waitForRoot = 2_000;
const maxTraces = 200;
const maxSignals = 1_000;

/** Keeps the signals of traces until their root has come, or they have waited long enough. Ticks only while it keeps something. */
export function createTraceBuffer(clock: Clock, giveOut: (trace: BufferedTrace) => void): TraceBuffer {
  const held = new Map<string, Held>();
  let ticking: Subscription | undefined;

  function give(trace: Held): void {
    held.delete(trace.traceId);
    giveOut(trace);
  }

  function idle(): void {
    if (held.size > 0) return;
    ticking?.unsubscribe();
    ticking = undefined;
  }

  function onTick(): void {
    const now = clock.elapsed();
    for (const trace of [...held.values()]) {
      if (trace.due > now) continue;
      try {
        give(trace);
      } catch {
        continue; // Standard output is gone. Thrown from a timer it would end the process; the next write tells the delivery.
      }
    }
    idle();
  }

  return {
    hold(traceId, signal) {
      let trace = held.get(traceId);
      if (trace === undefined) {
        const oldest = held.size < maxTraces ? undefined : held.values().next().value;
        if (oldest !== undefined) give(oldest);
        trace = { traceId, signals: [], more: 0, due: 0, hasLocalRoot: false, hasRoot: false };
        held.set(traceId, trace);
        ticking ??= clock.every(tick).subscribe(onTick);
      }
      const begins = signal.kind === 'span' && isLocalRoot(signal);
      // The root comes last, and names the trace.
      if (trace.signals.length < maxSignals || (begins && trace.signals.length < 2 * maxSignals)) trace.signals.push(signal);
      else trace.more += 1;
      // The caller is waited for since its first callee ended, and no longer.
      if (!trace.hasLocalRoot) trace.due = clock.elapsed() + waitForRoot;
      if (!begins) return;
      if (!trace.hasLocalRoot) trace.due = clock.elapsed() + waitForCaller;
      trace.hasLocalRoot = true;
      trace.hasRoot ||= signal.parentSpanId === undefined;
    },
    settle() {
      for (const trace of [...held.values()]) if (trace.hasRoot) give(trace);
      idle();
    },
    release() {
      for (const trace of [...held.values()]) give(trace);
      idle();
    },
  };
}
