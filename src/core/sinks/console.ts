import type { Clock } from '../clock.ts';
import type { SeverityName, Signal } from '../signal.ts';
import { severityNumbers } from '../severity.ts';
import type { Sink } from '../sink.ts';
import { jsonLine } from './console-json.ts';
import { levelOf, prettyLines } from './console-line.ts';
import { createPaint } from './console-text.ts';
import type { Paint } from './console-text.ts';
import { createHeldTraces } from './held-traces.ts';
import type { HeldTrace } from './held-traces.ts';
import { traceTree } from './trace-tree.ts';

/** What the console sink is made of; the host's `consoleSink` fills it in. */
export interface ConsoleSinkSetup {
  /** `pretty`: lines, and traces as trees. `json`: one line of JSON a signal. */
  readonly format: 'pretty' | 'json';
  /** Writes to the host's own console, not to one that is being observed. */
  readonly print: (text: string, level: SeverityName) => void;
  readonly clock: Clock;
  /** Whether the terminal understands colours. */
  readonly color: boolean;
  /** Whether spans are wanted. Default: in the pretty format only. */
  readonly spans?: boolean | undefined;
}

/** A sink that prints. No method uses `this`, so that `{ ...sink, accepts: () => true }` works: every kind can be printed. */
export function createConsoleSink(setup: ConsoleSinkSetup): Sink {
  return setup.format === 'json' ? jsonSink(setup) : prettySink(setup);
}

function jsonSink({ print, spans = false }: ConsoleSinkSetup): Sink {
  return {
    name: 'console',
    accepts(signal) {
      if (signal.kind === 'log') return signal.severityNumber >= severityNumbers.warn;
      return signal.kind === 'response' || signal.kind === 'error' || (spans && signal.kind === 'span');
    },
    write(batch) {
      for (const signal of batch) print(jsonLine(signal), levelOf(signal));
    },
  };
}

function prettySink({ print, clock, color, spans = true }: ConsoleSinkSetup): Sink {
  const paint = createPaint(color);
  const traces = createHeldTraces(clock, (trace) => printTrace(trace, paint, print));
  return {
    name: 'console',
    accepts: ({ kind }) => (spans && kind === 'span') || kind === 'response' || kind === 'log' || kind === 'error',
    write(batch, { leaving }) {
      for (const signal of batch) {
        // Logs and errors are wanted at once; what took its time is shown where it belongs.
        if (signal.trace === undefined || signal.kind === 'log' || signal.kind === 'error') print(lines(signal, paint), levelOf(signal));
        else traces.hold(signal.trace.traceId, signal);
      }
      if (leaving) traces.release();
      else traces.settle();
    },
    close: () => traces.release(),
  };
}

function printTrace(trace: HeldTrace, paint: Paint, print: ConsoleSinkSetup['print']): void {
  const tree = treeOf(trace, paint);
  if (tree !== undefined) return print(tree, trace.signals.some((signal) => levelOf(signal) === 'error') ? 'error' : 'info');
  // Nothing to hang it on: tracing is off, or the tree was printed before.
  for (const signal of trace.signals) print(lines(signal, paint), levelOf(signal));
  if (trace.more > 0) print(`… ${trace.more} more`, 'info');
}

/** `undefined` without spans, or when a user's operator made one that is none. */
function treeOf(trace: HeldTrace, paint: Paint): string | undefined {
  if (!trace.signals.some(({ kind }) => kind === 'span')) return undefined;
  try {
    return traceTree(trace, paint);
  } catch {
    return undefined; // Then each signal is printed by itself.
  }
}

/** A signal that cannot be read as what it says it is must not hold up the others: it is printed as it is. */
function lines(signal: Signal, paint: Paint): string {
  try {
    return prettyLines(signal, paint);
  } catch {
    return jsonLine(signal);
  }
}
