import { BoundedRing } from '../bounded-ring.ts';
import type { Settings } from '../config/settings.ts';
import type { Breadcrumb, Signal, SignalKind, SpanSignal, TraceContext } from '../signal.ts';
import { isTrailKind } from './breadcrumb-of.ts';
import type { TrailSignal } from './breadcrumb-of.ts';
import { breadcrumbSize } from './breadcrumb-size.ts';
import { breadcrumbsOf } from './breadcrumbs-of.ts';
import type { Step } from './breadcrumbs-of.ts';
import { shortBytes, shortSignal } from './short-signal.ts';
import { TraceRings } from './trace-rings.ts';

export interface TrailSetup {
  /** In force now. */
  readonly settings: () => Pick<Settings['errorTracking'], 'enabled' | 'maxBreadcrumbs'>;
  /** Of the page; `undefined` where many visitors share the process. */
  readonly sessionId: () => string | undefined;
}

/** What happened before an error. */
export interface Trail {
  /** Whether signals of this kind are recorded. */
  wants(kind: SignalKind): boolean;
  /** A signal of a kind it wants, redacted, before sampling. `bytes` is about what it holds in memory. Never throws. */
  record(signal: Signal, bytes: number): void;
  /** A breadcrumb that the application left. */
  add(breadcrumb: Breadcrumb, trace: TraceContext | undefined): void;
  /**
   * What led here, oldest first: in a page all of the session, elsewhere what is of this trace or of none. `isOwn` says of an error's
   * event id whether it is a repetition of the one that asks, which did not lead to itself. Never throws.
   */
  leadingTo(trace: TraceContext | undefined, isOwn?: (eventId: string) => boolean): readonly Breadcrumb[];
}

/** Of what is in no trace, or of a page. */
const maxRingBytes = 524_288;
/** Of all traces together. */
const maxBytes = 4_194_304;

/**
 * Keeps signals as they are, which costs next to nothing: breadcrumbs are made of them when an error asks. Large ones are cut at once.
 * Memory is bounded by `maxBreadcrumbs`, by 512 KiB a trace, by 1,000 traces and by 4 MiB in all.
 */
export function createTrail({ settings, sessionId }: TrailSetup): Trail {
  const anywhere = new BoundedRing<Step>();
  const traces = new TraceRings<Step>({ maxBytes, maxRingBytes });

  /** Twice as many as wanted: a request and its response become one breadcrumb. */
  function places(): number {
    return 2 * settings().maxBreadcrumbs;
  }

  function keep(step: Step, bytes: number, trace: TraceContext | undefined): void {
    if (trace === undefined || sessionId() !== undefined) anywhere.keep(step, bytes, places(), maxRingBytes);
    else traces.keep(trace.traceId, step, bytes, places());
  }

  return {
    wants(kind) {
      const { enabled, maxBreadcrumbs } = settings();
      return enabled && maxBreadcrumbs > 0 && isTrailKind(kind);
    },
    record(signal, bytes) {
      if (bytes > shortBytes) {
        const short = shortened(signal as TrailSignal);
        if (short !== undefined) keep(short, shortBytes, signal.trace);
      } else if (isLastOfTrace(signal) && sessionId() === undefined) {
        traces.end(signal.trace.traceId, signal, bytes, places());
      } else {
        keep(signal as TrailSignal, bytes, signal.trace);
      }
    },
    add(breadcrumb, trace) {
      if (settings().maxBreadcrumbs > 0) keep(breadcrumb, breadcrumbSize(breadcrumb), trace);
    },
    leadingTo(trace, isOwn) {
      const most = settings().maxBreadcrumbs;
      if (most === 0) return [];
      const steps = anywhere.values();
      return breadcrumbsOf(trace === undefined ? steps : [...steps, ...traces.stepsOf(trace.traceId)], most, isOwn);
    },
  };
}

/** Here. A user's operator may have taken its trace away. */
function isLastOfTrace(signal: Signal): signal is SpanSignal {
  return signal.kind === 'span' && (signal.parentSpanId === undefined || signal.parentIsRemote === true) && signal.trace !== undefined;
}

function shortened(signal: TrailSignal): TrailSignal | undefined {
  try {
    return shortSignal(signal);
  } catch {
    return undefined; // Not what its kind says: a user's operator made it.
  }
}
