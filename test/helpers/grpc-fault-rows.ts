import { constants } from 'node:http2';
import type { DeliveryOptions } from '../../src/core/delivery/delivery-options.ts';
import { AFTER, MET } from './fault-rows.ts';
import type { Observed } from './fault-rows.ts';
import {
  answersHttp,
  breaksOff,
  endsWithoutStatus,
  fails,
  hangs,
  keeps,
  keepsAllBut,
  rejects,
  rejectsAboveShare,
  repliesWithoutEnd,
  resetsConnection,
  retryInfo,
  saysGoodbye,
} from './grpc-receiver.ts';
import type { GrpcTreatment } from './grpc-receiver.ts';

/** One way in which a receiver fails over gRPC, and what is to follow from it: as a `FaultRow`. */
export interface GrpcFaultRow extends Observed {
  readonly treat: readonly GrpcTreatment[];
  readonly refused?: 'always' | 'then up';
  readonly delivery?: DeliveryOptions;
  /** Between the first two exports, in milliseconds: least and most. */
  readonly waits?: readonly [number, number];
}

const ALL = MET + AFTER;

const failed = (message: string, again = true): string => `sink-failed traces: ${message}${again ? ', again later' : ''}`;
const answered = (words: string, again = true): string => failed(`gRPC {base} answered ${words}`, again);
const without = (words: string): string => failed(`gRPC {base}: ${words}`);
const late = failed('no answer within 3000 ms');
const recovered = 'sink-recovered';
const quick: DeliveryOptions = { timeout: 3_000, maxRetries: 2 };

/** Rows of a status after which the same is sent again, or is not. */
function statusRow(code: number, name: string, again: boolean): GrpcFaultRow {
  const treat = [rejects(fails(code, { message: 'no%20luck', later: code % 2 === 0 })), keeps()];
  const hint = { UNIMPLEMENTED: ' (it does not take traces)', UNAUTHENTICATED: ' (check the headers)', PERMISSION_DENIED: ' (check the headers)' }[name] ?? '';
  const said = answered(`${name}: no luck${hint}`, again);
  return again
    ? { fault: `${name}, then OK`, treat, received: ALL, delivered: ALL, exports: 3, health: [said, recovered] }
    : { fault: name, treat, received: AFTER, delivered: AFTER, dropped: { rejected: MET }, exports: 2, health: [said, `dropped ${MET} rejected`, recovered] };
}

export const grpcFaultRows: readonly GrpcFaultRow[] = [
  { fault: 'none', treat: [keeps()], received: ALL, delivered: ALL, exports: 2, health: [] },
  statusRow(1, 'CANCELLED', true),
  statusRow(2, 'UNKNOWN', false),
  statusRow(3, 'INVALID_ARGUMENT', false),
  statusRow(4, 'DEADLINE_EXCEEDED', true),
  statusRow(7, 'PERMISSION_DENIED', false),
  statusRow(8, 'RESOURCE_EXHAUSTED', false),
  statusRow(10, 'ABORTED', true),
  statusRow(11, 'OUT_OF_RANGE', true),
  statusRow(12, 'UNIMPLEMENTED', false),
  statusRow(13, 'INTERNAL', false),
  statusRow(14, 'UNAVAILABLE', true),
  statusRow(15, 'DATA_LOSS', true),
  statusRow(16, 'UNAUTHENTICATED', false),
  {
    fault: 'UNAVAILABLE, RetryInfo: 4 s',
    treat: [rejects(fails(14, { headers: retryInfo(4) })), keeps()],
    received: ALL, delivered: ALL, exports: 3, waits: [4_000, 5_500],
    health: [answered('UNAVAILABLE'), recovered],
  },
  {
    fault: 'RESOURCE_EXHAUSTED, RetryInfo: 4.5 s',
    treat: [rejects(fails(8, { headers: retryInfo(4, 500_000_000), later: true })), keeps()],
    received: ALL, delivered: ALL, exports: 3, waits: [4_500, 6_000],
    health: [answered('RESOURCE_EXHAUSTED'), recovered],
  },
  {
    fault: 'UNAVAILABLE three times, then OK',
    treat: [rejects(fails(14)), rejects(fails(14)), rejects(fails(14)), keeps()],
    received: ALL, delivered: ALL, exports: 5,
    health: [answered('UNAVAILABLE'), recovered],
  },
  {
    fault: 'UNAVAILABLE for ever',
    treat: [rejects(fails(14))], delivery: { maxRetries: 2 },
    received: AFTER, delivered: AFTER, dropped: { 'retries-exhausted': MET }, exports: 4,
    health: [answered('UNAVAILABLE'), `dropped ${MET} retries-exhausted`, recovered],
  },
  {
    fault: 'larger than max above 40 % of the batch',
    treat: [rejectsAboveShare(0.4)],
    // 20, 10 twice, 5 four times.
    received: ALL, delivered: ALL, exports: 8,
    health: [],
  },
  {
    fault: 'partial success without 3',
    treat: [keepsAllBut(3, 'no such tenant'), keeps()],
    received: ALL - 3, delivered: ALL - 3, dropped: { rejected: 3 }, exports: 2,
    health: ['input-ignored traces: no such tenant', 'dropped 3 rejected'],
  },
  {
    fault: 'hang, then OK',
    treat: [rejects(hangs()), keeps()], delivery: quick,
    received: ALL, delivered: ALL, exports: 3,
    health: [late, recovered],
  },
  {
    fault: 'hang for ever',
    treat: [rejects(hangs())], delivery: quick,
    received: AFTER, delivered: AFTER, dropped: { 'retries-exhausted': MET }, exports: 4,
    health: [late, `dropped ${MET} retries-exhausted`, recovered],
  },
  {
    fault: 'kept, then hang',
    treat: [keeps(hangs()), keeps()], delivery: quick,
    received: ALL, duplicates: MET, delivered: ALL, exports: 3,
    health: [late, recovered],
  },
  {
    fault: 'connection reset, then OK',
    treat: [rejects(resetsConnection()), keeps()],
    received: ALL, delivered: ALL, exports: 3,
    health: [without('connection closed without an answer (ECONNRESET)'), recovered],
  },
  {
    fault: 'kept, then connection reset',
    treat: [keeps(resetsConnection()), keeps()],
    received: ALL, duplicates: MET, delivered: ALL, exports: 3,
    health: [without('connection closed without an answer (ECONNRESET)'), recovered],
  },
  {
    fault: 'call broken off (INTERNAL_ERROR), then OK',
    treat: [rejects(breaksOff(constants.NGHTTP2_INTERNAL_ERROR)), keeps()],
    received: ALL, delivered: ALL, exports: 3,
    health: [without('the receiver broke the call off (INTERNAL_ERROR)'), recovered],
  },
  {
    fault: 'call refused (REFUSED_STREAM), then OK',
    treat: [rejects(breaksOff(constants.NGHTTP2_REFUSED_STREAM)), keeps()],
    // Sent once more at once: nobody has looked at it.
    received: ALL, delivered: ALL, exports: 3,
    health: [],
  },
  {
    fault: 'call refused for ever',
    treat: [rejects(breaksOff(constants.NGHTTP2_REFUSED_STREAM))], delivery: { maxRetries: 2 },
    received: AFTER, delivered: AFTER, dropped: { 'retries-exhausted': MET }, exports: 7,
    health: [without('the receiver broke the call off (REFUSED_STREAM)'), `dropped ${MET} retries-exhausted`, recovered],
  },
  {
    fault: 'goodbye after the call (GOAWAY), then OK',
    treat: [rejects(saysGoodbye(constants.NGHTTP2_INTERNAL_ERROR, 1)), keeps()],
    received: ALL, delivered: ALL, exports: 3,
    health: [without('the receiver closed the connection (INTERNAL_ERROR)'), recovered],
  },
  {
    fault: 'refused, then up',
    treat: [keeps()], refused: 'then up',
    received: ALL, delivered: ALL, exports: 2,
    health: [without('connection refused (ECONNREFUSED)'), recovered],
  },
  {
    fault: 'refused for ever',
    treat: [keeps()], refused: 'always', delivery: { maxRetries: 2 },
    received: AFTER, delivered: AFTER, dropped: { 'retries-exhausted': MET }, exports: 1,
    health: [without('connection refused (ECONNREFUSED)'), `dropped ${MET} retries-exhausted`, recovered],
  },
  {
    fault: '200 with HTML',
    treat: [rejects(answersHttp(200, 'text/html', '<!doctype html><title>Sign in</title>'))],
    received: AFTER, delivered: AFTER, dropped: { rejected: MET }, exports: 2,
    health: [answered('with text/html: not an OTLP receiver for gRPC', false), `dropped ${MET} rejected`, recovered],
  },
  {
    fault: '503 of a proxy, then OK',
    treat: [rejects(answersHttp(503, 'text/plain', 'no upstream')), keeps()],
    received: ALL, delivered: ALL, exports: 3,
    health: [answered('HTTP 503 (UNAVAILABLE)'), recovered],
  },
  {
    fault: '404 of a proxy',
    treat: [rejects(answersHttp(404, 'text/plain', 'no such page'))],
    received: AFTER, delivered: AFTER, dropped: { rejected: MET }, exports: 2,
    health: [answered('HTTP 404 (UNIMPLEMENTED)', false), `dropped ${MET} rejected`, recovered],
  },
  {
    fault: 'no status',
    treat: [rejects(endsWithoutStatus())],
    received: AFTER, delivered: AFTER, dropped: { rejected: MET }, exports: 2,
    health: [answered('without a status', false), `dropped ${MET} rejected`, recovered],
  },
  {
    fault: 'a message that streams for ever',
    treat: [rejects(repliesWithoutEnd())],
    received: AFTER, delivered: AFTER, dropped: { rejected: MET }, exports: 2,
    health: [answered('without a status', false), `dropped ${MET} rejected`, recovered],
  },
  {
    fault: 'a message that drips for ever, then OK',
    // An answer is read for a second of the real clock.
    treat: [rejects(repliesWithoutEnd(50)), keeps()], delivery: { timeout: 1_000_000 },
    received: ALL, delivered: ALL, exports: 3,
    health: [without('the answer has no end'), recovered],
  },
];
