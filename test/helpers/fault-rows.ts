import type { DeliveryOptions } from '../../src/core/delivery/delivery-options.ts';
import type { Health } from '../../src/core/diagnostics.ts';
import type { DropReason, Ledger } from '../../src/core/ledger.ts';
import { refuses, refusesAbove, refusesAboveShare, takes, takesAllBut, takesUntold } from './collector.ts';
import type { Treatment } from './collector.ts';
import type { DecodedSpan } from './decode-otlp.ts';
import { answer, closeHalfWay, endless, hang, html, large, noStore, redirect, reset } from './fault-server.ts';
import type { Fault } from './fault-server.ts';
import { accountOf } from './ledger-faults.ts';

/** How many spans meet the fault, and how many come after it. */
export const MET = 20;
export const AFTER = 1;

/** One way in which a receiver fails, and what is to follow from it. */
export interface FaultRow {
  readonly fault: string;
  /** Each once, then the last one always, until all spans that meet them have their end. */
  readonly treat: readonly Treatment[];
  /** Nobody listens; `then`: until the first retry is due. */
  readonly refused?: 'always' | 'then up';
  readonly delivery?: DeliveryOptions;
  /** Spans the receiver kept at least once, and how many copies there are beyond that. */
  readonly received: number;
  readonly duplicates?: number;
  readonly delivered: number;
  readonly dropped?: Partial<Record<DropReason, number>>;
  /** Exports that came whole, that of the spans after the fault included. */
  readonly exports: number;
  /** Between the first two exports, in milliseconds: least and most. */
  readonly waits?: readonly [number, number];
  readonly health: readonly string[];
}

/** What each host says of a request without an answer. */
export interface Words {
  readonly refused: string;
  readonly reset: string;
  readonly redirect: string;
}

const ALL = MET + AFTER;
const withRetryAfter = (value: () => string): Treatment =>
  refuses({ run: (exchange) => answer(429, { headers: { 'retry-after': value() } }).run(exchange) });
/** As `then`, when the clock says so. */
export type Later = (milliseconds: number, then: Fault) => Fault;

/** `later`: answers after so many milliseconds of the sender's clock. */
export function faultRows(words: Words, later: Later): readonly FaultRow[] {
  const failed = (message: string, again = true): string => `sink-failed traces: ${message}${again ? ', again later' : ''}`;
  const answered = (status: number, again = true): string => failed(`POST {url} answered ${status}`, again);
  const late = failed('no answer within 3000 ms');
  const recovered = 'sink-recovered';
  const quick: DeliveryOptions = { timeout: 3_000, maxRetries: 2 };
  return [
    { fault: 'none', treat: [takes()], received: ALL, delivered: ALL, exports: 2, health: [] },
    {
      fault: '429, Retry-After: 4',
      treat: [withRetryAfter(() => '4'), takes()],
      received: ALL, delivered: ALL, exports: 3, waits: [4_000, 5_500],
      health: [answered(429), recovered],
    },
    {
      fault: '429, Retry-After: a date',
      treat: [withRetryAfter(() => new Date(Date.now() + 10_000).toUTCString()), takes()],
      // A date has no milliseconds, and is one of the real clock.
      received: ALL, delivered: ALL, exports: 3, waits: [5_000, 11_500],
      health: [answered(429), recovered],
    },
    {
      fault: '429, no Retry-After',
      treat: [refuses(answer(429)), takes()],
      received: ALL, delivered: ALL, exports: 3, waits: [0, 1_500],
      health: [answered(429), recovered],
    },
    {
      fault: '429 for ever',
      treat: [refuses(answer(429))], delivery: { maxRetries: 2 },
      received: AFTER, delivered: AFTER, dropped: { 'retries-exhausted': MET }, exports: 4,
      health: [answered(429), `dropped ${MET} retries-exhausted`, recovered],
    },
    {
      fault: '500',
      treat: [refuses(answer(500))],
      received: AFTER, delivered: AFTER, dropped: { rejected: MET }, exports: 2,
      health: [answered(500, false), `dropped ${MET} rejected`, recovered],
    },
    {
      fault: '503, then 200',
      treat: [refuses(answer(503)), takes()],
      received: ALL, delivered: ALL, exports: 3,
      health: [answered(503), recovered],
    },
    {
      fault: '503 three times, then 200',
      treat: [refuses(answer(503)), refuses(answer(503)), refuses(answer(503)), takes()],
      received: ALL, delivered: ALL, exports: 5,
      health: [answered(503), recovered],
    },
    {
      fault: '413 above 40 % of the batch',
      treat: [refusesAboveShare(0.4)],
      // 20, 10 twice, 5 four times.
      received: ALL, delivered: ALL, exports: 8,
      health: [],
    },
    {
      fault: '413 for all',
      treat: [refusesAbove(1)], delivery: { concurrency: 1 },
      received: AFTER, delivered: AFTER, dropped: { 'too-large': MET }, exports: 2 * MET,
      // The drops are said once a minute, and at the end.
      health: [answered(413, false), 'dropped 1 too-large', `dropped ${MET - 1} too-large`, recovered],
    },
    {
      fault: 'partial success without 3',
      treat: [takesAllBut(3, 'no such tenant'), takes()],
      received: ALL - 3, delivered: ALL - 3, dropped: { rejected: 3 }, exports: 2,
      health: ['input-ignored traces: no such tenant', 'dropped 3 rejected'],
    },
    {
      fault: 'hang, then 200',
      treat: [refuses(hang()), takes()], delivery: quick,
      received: ALL, delivered: ALL, exports: 3,
      health: [late, recovered],
    },
    {
      fault: 'hang for ever',
      treat: [refuses(hang())], delivery: quick,
      received: AFTER, delivered: AFTER, dropped: { 'retries-exhausted': MET }, exports: 4,
      health: [late, `dropped ${MET} retries-exhausted`, recovered],
    },
    {
      fault: 'kept, then hang',
      treat: [takesUntold(hang()), takes()], delivery: quick,
      received: ALL, duplicates: MET, delivered: ALL, exports: 3,
      health: [late, recovered],
    },
    {
      fault: 'reset, then 200',
      treat: [refuses(reset()), takes()],
      received: ALL, delivered: ALL, exports: 3,
      health: [failed(words.reset), recovered],
    },
    {
      fault: 'kept, then reset',
      treat: [takesUntold(reset()), takes()],
      received: ALL, duplicates: MET, delivered: ALL, exports: 3,
      health: [failed(words.reset), recovered],
    },
    {
      fault: 'kept, then reset, always',
      treat: [takesUntold(reset())], delivery: { maxRetries: 2 },
      // Lost by the ledger, but not in truth: nobody said that they had arrived.
      received: ALL, duplicates: 2 * MET, delivered: AFTER, dropped: { 'retries-exhausted': MET }, exports: 4,
      health: [failed(words.reset), `dropped ${MET} retries-exhausted`, recovered],
    },
    {
      fault: 'refused, then up',
      treat: [takes()], refused: 'then up',
      received: ALL, delivered: ALL, exports: 2,
      health: [failed(words.refused), recovered],
    },
    {
      fault: 'refused for ever',
      treat: [takes()], refused: 'always', delivery: { maxRetries: 2 },
      received: AFTER, delivered: AFTER, dropped: { 'retries-exhausted': MET }, exports: 1,
      health: [failed(words.refused), `dropped ${MET} retries-exhausted`, recovered],
    },
    {
      fault: 'slow',
      treat: [takes(later(2_000, answer()))],
      received: ALL, delivered: ALL, exports: 2,
      health: [],
    },
    {
      fault: 'slower than the timeout',
      treat: [takesUntold(later(6_000, answer())), takes()], delivery: quick,
      received: ALL, duplicates: MET, delivered: ALL, exports: 3,
      health: [late, recovered],
    },
    {
      fault: '200 with HTML',
      treat: [refuses(html())],
      received: AFTER, delivered: AFTER, dropped: { rejected: MET }, exports: 2,
      health: [failed('POST {url} answered 200 with text/html: not an OTLP receiver', false), `dropped ${MET} rejected`, recovered],
    },
    {
      fault: 'redirect',
      treat: [refuses(redirect('http://elsewhere.test/login?token=hush'))],
      received: AFTER, delivered: AFTER, dropped: { rejected: MET }, exports: 2,
      health: [failed(words.redirect, false), `dropped ${MET} rejected`, recovered],
    },
    { fault: '200, closes half-way', treat: [takes(closeHalfWay())], received: ALL, delivered: ALL, exports: 2, health: [] },
    { fault: '200, streams for ever', treat: [takes(endless())], received: ALL, delivered: ALL, exports: 2, health: [] },
    {
      fault: '200, drips for ever',
      // An answer is read for a second of the real clock.
      treat: [takes(endless(200, 50))], delivery: { timeout: 1_000_000 },
      received: ALL, delivered: ALL, exports: 2, health: [],
    },
    {
      fault: '503, streams for ever, then 200',
      treat: [refuses(endless(503)), takes()],
      received: ALL, delivered: ALL, exports: 3,
      health: [answered(503), recovered],
    },
    { fault: '200, 10 MB', treat: [takes(large())], received: ALL, delivered: ALL, exports: 2, health: [] },
    { fault: '200, Cache-Control: no-store', treat: [takes(noStore())], received: ALL, delivered: ALL, exports: 2, health: [] },
  ];
}

/** What came of a row. */
export interface Outcome {
  readonly ledger: Ledger;
  readonly health: readonly Health[];
}

/** A row as it went, in the form in which it was expected. */
export type Observed = Omit<FaultRow, 'treat' | 'refused' | 'delivery' | 'waits'>;

/** What a row is told by a receiver. */
export interface FaultyReceiver {
  readonly url: string;
  readonly exports: readonly unknown[];
  spans(): readonly DecodedSpan[];
}

export function observed({ fault }: Pick<FaultRow, 'fault'>, { ledger, health }: Outcome, collector: FaultyReceiver): Observed {
  const ids = collector.spans().map(({ spanId }) => spanId);
  const received = new Set(ids).size;
  const { delivered, dropped } = accountOf(ledger);
  return {
    fault,
    received,
    duplicates: ids.length - received,
    delivered,
    dropped: Object.fromEntries(Object.entries(dropped).filter(([, count]) => count > 0)),
    exports: collector.exports.length,
    health: health.map((trouble) => worded(trouble).replaceAll(collector.url, '{base}').replaceAll('{base}/v1/traces', '{url}')),
  };
}

export function expected({ fault, received, duplicates = 0, delivered, dropped = {}, exports, health }: Observed): Observed {
  return { fault, received, duplicates, delivered, dropped, exports, health };
}

function worded(trouble: Health): string {
  switch (trouble.type) {
    case 'sink-failed':
      return `sink-failed ${trouble.error.message}${trouble.retryIn === undefined ? '' : ', again later'}`;
    case 'sink-recovered':
      return trouble.type;
    case 'dropped':
      return `dropped ${trouble.count} ${trouble.reason}`;
    case 'input-ignored':
      return `input-ignored ${trouble.message}`;
    default:
      return `${trouble.type} ${trouble.name}: ${trouble.error.message}`;
  }
}

/** The table for people. */
export function tableOf(title: string, rows: readonly Observed[]): string {
  const emitted = MET + AFTER;
  const cells = rows.map(({ fault, received, duplicates = 0, delivered, dropped = {}, health }) => {
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    const reasons = Object.entries(dropped).map(([reason, count]) => `${reason} ${count}`);
    const rest = emitted - received - lost;
    const balance = rest === 0 ? 'yes' : `no: ${-rest} arrived unsaid`;
    return [fault, emitted, received, delivered, reasons.join(', ') || '-', duplicates, balance, health.length].map(String);
  });
  const head = ['fault', 'emitted', 'received', 'delivered', 'dropped', 'duplicates', 'emitted = received + dropped', 'said on health$'];
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd();
  return [title, line(head), ...cells.map(line)].join('\n');
}
