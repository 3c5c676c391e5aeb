import type { HelloFrame, LiveFrame, StatisticsFrame } from '../../../core/live/live-frame.ts';
import type { LiveState } from '../../../core/live/live-connection.ts';
import type { Ledger } from '../../../core/ledger.ts';
import type { ErrorSignal, MetricSignal } from '../../../core/signal.ts';

/** What is known of a service at one moment. */
export interface TopView {
  /** Where it is read from. */
  readonly target: string;
  readonly state: LiveState;
  /** Why it was not open the last time, where that is known. */
  readonly trouble: string | undefined;
  readonly hello: HelloFrame | undefined;
  readonly statistics: StatisticsFrame | undefined;
  readonly metrics: readonly MetricSignal[];
  readonly ledger: Ledger | undefined;
  readonly lastError: ErrorSignal | undefined;
}

/** Nothing yet. */
export function emptyView(target: string): TopView {
  return {
    target,
    state: 'connecting',
    trouble: undefined,
    hello: undefined,
    statistics: undefined,
    metrics: [],
    ledger: undefined,
    lastError: undefined,
  };
}

/** What is known after a frame. */
export function withFrame(view: TopView, frame: LiveFrame): TopView {
  switch (frame.type) {
    case 'hello':
      return { ...view, hello: frame };
    case 'statistics':
      return { ...view, statistics: frame };
    case 'metrics':
      return { ...view, metrics: frame.metrics };
    case 'ledger':
      return { ...view, ledger: frame.ledger };
    case 'errors':
      return { ...view, lastError: frame.errors[0] };
    default:
      return view;
  }
}
