import { acceptingKinds } from '../accepted-kinds.ts';
import type { Clock } from '../clock.ts';
import { withChannels } from '../delivery/channel.ts';
import type { Print } from '../print.ts';
import type { SeverityName, Signal, SignalKind } from '../signal.ts';
import { severityNumbers } from '../severity.ts';
import type { Sink } from '../sink.ts';
import { jsonLine } from './console-json.ts';
import { createJsonLines } from './console-json-lines.ts';
import { levelOf, prettyLines } from './console-line.ts';
import { createPaint } from './console-text.ts';
import type { Paint } from './console-text.ts';
import { createTraceBuffer } from './trace-buffer.ts';
import type { BufferedTrace } from './trace-buffer.ts';
import { traceTree } from './trace-tree.ts';

/** What the console sink is made of; the host's `consoleSink` fills it in. */
export interface ConsoleSinkSetup {
  /** `pretty`: lines, and traces as trees. `json`: one line of JSON a signal. Default: `pretty` in development. */
  readonly format?: 'pretty' | 'json' | undefined;
  /** Until a manager says what it is. */
  readonly development: boolean;
  /** Writes to the host's own console, not to one that is being observed. */
  readonly print: Print;
  readonly clock: Clock;
  /** Whether the terminal understands colours. */
  readonly color: boolean;
  /** Whether spans are wanted. Default: in development only. */
  readonly spans?: boolean | undefined;
}

/** Lines that wait outlive the engine's young memory, and so do the signals they are made of; and many short texts are printed faster than a long one. */
const maxBatchSize = 128;
const levels: readonly SeverityName[] = ['fatal', 'error', 'warn'];

/**
 * A sink that prints: in development spans, responses, logs and errors; else responses, errors and logs from `warn` on; never what
 * came from the console. No method uses `this`, so that `{ ...sink, accepts: () => true }` works: every kind can be printed.
 */
export function createConsoleSink({ format, print, clock, color, spans, ...setup }: ConsoleSinkSetup): Sink {
  const paint = createPaint(color);
  // Its console tells levels apart.
  const inBrowser = print.together !== true;
  const traces = createTraceBuffer(clock, (trace) => printTrace(trace, linesOf, paint, print));
  let { development } = setup;
  let jsonLineOf = createJsonLines({});

  const wantsSpans = (): boolean => spans ?? development;
  const kinds = (): readonly SignalKind[] => ['response', 'error', 'log', ...(wantsSpans() ? ['span' as const] : [])];

  function accepts(signal: Signal): boolean {
    if (signal.kind === 'span') return wantsSpans();
    if (signal.kind === 'log') return signal.name !== 'console' && (development || signal.severityNumber >= severityNumbers.warn);
    return signal.kind === 'response' || signal.kind === 'error';
  }

  /** A signal that cannot be read as what it says it is must not hold up the others: it is printed as it is. */
  function linesOf(signal: Signal): string {
    try {
      return prettyLines(signal, paint, inBrowser);
    } catch {
      return jsonLine(signal);
    }
  }

  function printPretty(signal: Signal): void {
    // Logs and errors are wanted at once; what took its time is shown where it belongs.
    const atOnce = signal.trace === undefined || signal.kind === 'log' || signal.kind === 'error';
    if (atOnce) print(linesOf(signal), levelOf(signal));
    else traces.hold(signal.trace.traceId, signal);
  }

  const sink: Sink = {
    name: 'console',
    configure(settings) {
      development = settings.development;
      jsonLineOf = createJsonLines(settings.resource);
    },
    accepts: acceptingKinds(accepts, kinds),
    write(batch, { leaving }) {
      if ((format ?? (development ? 'pretty' : 'json')) === 'pretty') for (const signal of batch) printPretty(signal);
      else if (print.together === true && batch.length > 0) print(textOf(batch, jsonLineOf), 'info');
      else for (const signal of batch) print(jsonLineOf(signal), levelOf(signal));
      if (leaving) traces.release();
      else traces.settle();
    },
    close: () => traces.release(),
  };
  const { write } = sink;
  return withChannels(sink, [{ name: 'lines', accepts: () => true, maxBatchSize, write }]);
}

/** Added up, not joined: the engine then puts all pieces of all lines together at once. */
function textOf(batch: readonly Signal[], lineOf: (signal: Signal) => string): string {
  let text = '';
  for (const [index, signal] of batch.entries()) text += index === 0 ? lineOf(signal) : `\n${lineOf(signal)}`;
  return text;
}

function printTrace(trace: BufferedTrace, linesOf: (signal: Signal) => string, paint: Paint, print: ConsoleSinkSetup['print']): void {
  const tree = treeOf(trace, paint);
  if (tree !== undefined) {
    const found = new Set(trace.signals.map(levelOf));
    return print(tree, levels.find((level) => found.has(level)) ?? 'info');
  }
  // Nothing to hang it on: tracing is off, or the tree was printed before.
  for (const signal of trace.signals) print(linesOf(signal), levelOf(signal));
  if (trace.more > 0) print(`… ${trace.more} more`, 'info');
}

/** `undefined` without spans, or when a user's operator made one that is none. */
function treeOf(trace: BufferedTrace, paint: Paint): string | undefined {
  if (!trace.signals.some(({ kind }) => kind === 'span')) return undefined;
  try {
    return traceTree(trace, paint);
  } catch {
    return undefined; // Then each signal is printed by itself.
  }
}
