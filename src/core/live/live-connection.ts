import type { Health } from '../diagnostics.ts';
import type { LiveStream } from '../live-stream.ts';
import type { Signal, SignalKind, SignalOf } from '../signal.ts';
import type { StatisticsMap } from '../statistics/statistics.ts';
import type { LiveFrame, LivePart } from './live-frame.ts';

/** Options of `connectLive`. */
export interface LiveOptions<K extends SignalKind = SignalKind> {
  /** Which signals to send. Default: none; a busy server sends a share of them. */
  readonly kinds?: readonly K[] | undefined;
  /**
   * What the server expects of clients that are not on its own machine: visible ASCII characters. Sent as `Authorization: Bearer`, to the
   * origin of the URL alone. Default: none.
   */
  readonly token?: string | undefined;
  /** More headers of the request. A page may send them to another origin only if that allows them by name. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds the statistics cover, at least `every`. Default: the server's, 60 000. */
  readonly window?: number | undefined;
  /** Milliseconds between two frames. Default: the server's, 1 000. */
  readonly every?: number | undefined;
  /** What else to send. `[]`: nothing. Default: statistics and health. */
  readonly parts?: readonly LivePart[] | undefined;
}

/** Where a connection is: `retrying` waits before it connects again; `closed` will not, until somebody subscribes anew. */
export type LiveState = 'connecting' | 'open' | 'retrying' | 'closed';

/**
 * One connection, shared by its subscribers: it opens with the first, closes with the last, and reconnects in between, after up to 500 ms,
 * 1 s, 2 s and so on, 30 s at most, or when the server asked for it. A server that says nothing for 45 s is taken for lost. No stream
 * errors. When the server refuses (a wrong token, no live stream at this address, a redirect to another origin) all streams but `state$`
 * complete, and `health$` says why; who subscribes then asks anew. A stream that was open before it is asked for again whatever is
 * answered, but for a wrong token: while a service starts anew, a proxy may answer in its place.
 *
 * What a subscriber throws is said on `health$` and disturbs nobody. An open connection keeps a Node process alive, one that waits does not.
 */
export interface LiveConnection<S extends Signal> {
  /** Of the kinds asked for. */
  readonly signals$: LiveStream<S>;
  /** Rolling statistics, one map a frame; late subscribers get the latest at once. */
  readonly statistics$: LiveStream<StatisticsMap>;
  /**
   * Troubles of the server's SDK, and of this connection: `source-failed` with the name `connectLive` when it was lost or refused,
   * `input-ignored` for frames that cannot be read. The latest 32 of each at once, then each as it comes. It opens the connection, too.
   */
  readonly health$: LiveStream<Health>;
  /** The present state at once, then each as it comes; never completes. Subscribing to it does not open the connection. */
  readonly state$: LiveStream<LiveState>;
  /** Every frame as it comes, checked: what is malformed is left out, what only a newer server knows is passed over. */
  readonly frames$: LiveStream<LiveFrame>;
}

/** Connects to a `liveHandler`; see `LiveConnection`. */
export interface ConnectLive {
  /** @throws ConfigurationError for a URL that is none of http or https, and for wrong or unknown options */
  <K extends SignalKind = SignalKind>(url: string, options?: LiveOptions<K>): LiveConnection<SignalOf<K>>;
}
