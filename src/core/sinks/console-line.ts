import { hasFailed } from '../signal.ts';
import type { AttributeValue, SeverityName, Signal, SpanSignal } from '../signal.ts';
import { errorLines, errorSummary, headline, isPrintedByHost } from './console-error.ts';
import { levelOfResponse, requestText, responseText, saysAttribute } from './console-exchange.ts';
import type { Exchange } from './console-exchange.ts';
import { attributesText, duration, lineStart, printable } from './console-text.ts';
import type { Paint } from './console-text.ts';

/** How grave a signal is: its own level, or whether it reports a failure. */
export function levelOf(signal: Signal): SeverityName {
  if (signal.kind === 'log' || signal.kind === 'error') return signal.level;
  if (signal.kind === 'response') return levelOfResponse(signal);
  // A span without a status is none, but is printed all the same.
  return (signal.kind !== 'span' || typeof signal.status === 'object') && hasFailed(signal) ? 'error' : 'info';
}

/** A signal by itself: one line, and for an error its stack and causes below, unless the host prints these. */
export function prettyLines(signal: Signal, paint: Paint, inBrowser: boolean): string {
  const { requestId, trace } = signal;
  // Which request and which tree it belongs to.
  const ofRequest = requestId === undefined ? '' : `  ${paint('dim', `request=${printable(requestId, 128)}`)}`;
  const ofTrace = trace === undefined ? '' : `  ${paint('dim', `trace=${printable(trace.traceId, 32)}`)}`;
  const start = `${lineStart(signal.timestamp, levelOf(signal), paint)} ${summary(signal, paint)}${ofRequest}${ofTrace}`;
  return signal.kind === 'error' && !isPrintedByHost(signal, inBrowser) ? [start, ...errorLines(signal, paint)].join('\n') : start;
}

/** What is printed beside a signal in its tree, and need not be said again. */
export interface Beside {
  /** The span it happened in. */
  readonly span?: SpanSignal | undefined;
  /** What a span was started for. */
  readonly exchange?: Exchange | undefined;
}

/** What a signal says, on one line: `← 200 POST /checkout 132 ms`. */
export function summary(signal: Signal, paint: Paint, { span, exchange }: Beside = {}): string {
  const name = printable(signal.name, 500);
  const told = signal.kind === 'response' || signal.kind === 'request' ? signal : exchange;
  const isSaid = (key: string, value: AttributeValue): boolean => {
    return span?.attributes[key] === value || (told !== undefined && saysAttribute(told, key, value));
  };
  const attributes = attributesText(signal.attributes, paint, signal.name, isSaid);
  const mark = hasFailed(signal) ? `${paint('red', '✗')} ` : '';
  switch (signal.kind) {
    case 'log':
      return `${printable(signal.message)}${attributes}`;
    case 'error':
      return errorSummary(signal, paint);
    case 'request':
      return `${requestText(signal, span)}${attributes}`;
    case 'response': {
      const failure = signal.error === undefined ? '' : `  ${headline(signal.error)}`;
      return `${responseText(signal, span, paint)}${failure}${attributes}`;
    }
    case 'profile':
      return `⏱ ${mark}${name} ${duration(signal.duration)}${attributes}`;
    case 'metric':
      return `# ${name} ${signal.value}${signal.unit === '1' ? '' : ` ${printable(signal.unit, 20)}`}${attributes}`;
    case 'span': {
      const reason = signal.status.message ? `  ${paint('red', printable(signal.status.message, 500))}` : '';
      return `${mark}${paint('bold', name)} ${duration(signal.duration)}${reason}${attributes}`;
    }
  }
}
