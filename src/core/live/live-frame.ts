import type { Health } from '../diagnostics.ts';
import type { Ledger } from '../ledger.ts';
import type { ErrorSignal, MetricSignal, Signal, SpanSignal } from '../signal.ts';
import type { Statistics } from '../statistics/statistics.ts';

/** Of the frames below. A client that meets a greater one than it knows says so, and reads what it can. */
export const liveVersion = 1;

/** What a client may ask for. `hello` comes always, `signals` when it names kinds. */
export type LivePart = 'statistics' | 'health' | 'ledger' | 'metrics' | 'errors' | 'traces';

/** The first frame: who speaks, and what it took of the client's wishes. */
export interface HelloFrame {
  readonly type: 'hello';
  readonly version: number;
  readonly service: string;
  readonly environment: string;
  /** Milliseconds the statistics cover, once they have been computed for so long. */
  readonly window: number;
  /** Milliseconds between two frames. */
  readonly every: number;
}

/** Rolling statistics, once each `every`. */
export interface StatisticsFrame {
  readonly type: 'statistics';
  /** Epoch milliseconds. */
  readonly time: number;
  /** Milliseconds that they cover now: less in the beginning than `hello` says. A rate is `count / window` of each series. */
  readonly window: number;
  /** Those with the most values first. */
  readonly series: readonly Statistics[];
  /** How many series there are beyond these. */
  readonly leftOut: number;
}

/** Signals of the kinds asked for in the order they came: at most 100 a frame, and 64 KB, drawn by lot and spread over the kinds. */
export interface SignalsFrame {
  readonly type: 'signals';
  readonly signals: readonly Signal[];
  /** How many there were beyond these since the last frame. */
  readonly leftOut: number;
}

/** Troubles of the SDK itself; a client that begins gets the latest. */
export interface HealthFrame {
  readonly type: 'health';
  readonly health: readonly Health[];
}

/** The account of the stream, when it has changed. */
export interface LedgerFrame {
  readonly type: 'ledger';
  /** Epoch milliseconds. */
  readonly time: number;
  readonly ledger: Ledger;
}

/** The latest signal of each gauge, and of each counter with the sum since somebody asked first as its value, when something has changed. */
export interface MetricsFrame {
  readonly type: 'metrics';
  readonly metrics: readonly MetricSignal[];
}

/** The latest errors, newest first, when there is a new one. */
export interface ErrorsFrame {
  readonly type: 'errors';
  readonly errors: readonly ErrorSignal[];
}

/** A whole trace, as far as its spans were seen here. */
export interface LiveTrace {
  readonly traceId: string;
  /** Of its first span. */
  readonly name: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** Of its first span, in milliseconds. */
  readonly duration: number;
  /** One of its spans has failed. */
  readonly failed: boolean;
  /** In the order they began, at most 100: the longest ones. */
  readonly spans: readonly SpanSignal[];
  /** How many spans there are beyond these. */
  readonly leftOut: number;
}

/** The slowest traces of the window, slowest first, when they have changed. */
export interface TracesFrame {
  readonly type: 'traces';
  readonly traces: readonly LiveTrace[];
}

/** Frames were left out, because the client reads too slowly. */
export interface SkippedFrame {
  readonly type: 'skipped';
  /** How many. */
  readonly frames: number;
}

/**
 * A message of the live stream. As a Server-Sent Event `type` is its `event`, everything else its `data` as JSON, and its `id` is
 * `run.number`: `run` is the same for all frames of a server's life. A client that comes back with the id of the last frame it got, as
 * `Last-Event-ID`, gets those it has missed, where they are still there; else it begins anew. 0 is the number of what is told to who
 * begins, but for the last of it.
 */
export type LiveFrame =
  | HelloFrame
  | StatisticsFrame
  | SignalsFrame
  | HealthFrame
  | LedgerFrame
  | MetricsFrame
  | ErrorsFrame
  | TracesFrame
  | SkippedFrame;
