import type { Health } from '../../core/diagnostics.ts';
import type { Ledger } from '../../core/ledger.ts';
import type { HelloFrame, LiveFrame, LiveTrace, StatisticsFrame } from '../../core/live/live-frame.ts';
import type { ErrorSignal, MetricSignal } from '../../core/signal.ts';
import { SeriesHistory } from './series-history.ts';

/** The parts of the page that a frame can change. */
export type PicturePart = 'head' | 'series' | 'ledger' | 'metrics' | 'errors' | 'traces' | 'health';

const TROUBLES = 50;

/** All that the page knows of the server, whether it is shown or not. */
export class LivePicture {
  hello: HelloFrame | undefined;
  statistics: StatisticsFrame | undefined;
  ledger: Ledger | undefined;
  metrics: readonly MetricSignal[] = [];
  errors: readonly ErrorSignal[] = [];
  traces: readonly LiveTrace[] = [];
  /** Newest first, at most 50. */
  health: readonly Health[] = [];
  /** How many frames the server left out, because this page reads too slowly. */
  skipped = 0;
  history: SeriesHistory = new SeriesHistory();

  /** Takes a frame in, and says what it changes. */
  apply(frame: LiveFrame): PicturePart | undefined {
    switch (frame.type) {
      case 'hello':
        this.hello = frame;
        return 'head';
      case 'statistics':
        this.statistics = frame;
        this.history.record(frame.time, frame.series, frame.leftOut === 0);
        return 'series';
      case 'ledger':
        this.ledger = frame.ledger;
        return 'ledger';
      case 'metrics':
        this.metrics = frame.metrics;
        return 'metrics';
      case 'errors':
        this.errors = frame.errors;
        return 'errors';
      case 'traces':
        this.traces = frame.traces;
        return 'traces';
      case 'skipped':
        this.skipped += frame.frames;
        return 'head';
      default:
        // Troubles come with `note`, those of the connection among them.
        return undefined;
    }
  }

  /** Takes a trouble in. After each reconnect the server says its latest again. */
  note(trouble: Health): PicturePart | undefined {
    const text = JSON.stringify(trouble);
    if (this.health.some((known) => JSON.stringify(known) === text)) return undefined;
    this.health = [trouble, ...this.health].sort((a, b) => b.timestamp - a.timestamp).slice(0, TROUBLES);
    return 'health';
  }

  /** Milliseconds between two points after which a line is broken. */
  get gap(): number {
    return 3.5 * Math.max(1_000, this.hello?.every ?? 1_000);
  }
}
