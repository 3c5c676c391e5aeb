import type { Clock } from '../clock.ts';
import { followResult } from '../follow-call.ts';
import type { AnyFunction } from '../function-instrument.ts';
import type { ActiveContext, Runtime } from '../runtime.ts';
import type { TraceContext } from '../signal.ts';
import { readProperty } from '../read-property.ts';
import { dispose } from '../tracing/span.ts';
import type { CallSeries } from './call-series.ts';
import type { StopTiming } from './performance-profiler.ts';

/** Times calls. */
export interface CallTimer {
  /** What calls `fn`, and counts how long each call took until its end. `seriesOf` says where a call with this `this` counts. */
  timed(fn: AnyFunction, seriesOf: (self: unknown) => CallSeries): AnyFunction;
  /** From now until what it returns is called, the first time: that counts, and gives back the milliseconds then and ever after. */
  start(series: CallSeries): StopTiming;
  /** Takes over changed settings. */
  configure(): void;
}

// Every step here is one of every timed call: what a call needs to remember is in variables, and only what goes on after it has
// returned takes a closure.
export function createCallTimer(runtime: Runtime): CallTimer {
  const { clock, storage } = runtime;
  const epochOf = epochFrom(clock);
  let isOn = false;

  /** `late`: after the call has returned, and so perhaps in the midst of a sink's work, which is not to be told. */
  function end(
    series: CallSeries,
    startedAt: number,
    endedAt: number,
    active: ActiveContext | undefined,
    trace: TraceContext | undefined,
    failed: boolean,
    late: boolean,
  ): void {
    const duration = durationOf(endedAt - startedAt);
    const traceId = trace?.sampled === true ? trace.traceId : undefined;
    const isHidden = late && storage.get()?.suppressed === true;
    const isWanted = !isHidden && runtime.wants('profile');
    // Only where somebody gets it: what a call with nobody to tell costs is little more than its two readings.
    const timestamp = isWanted || traceId !== undefined ? epochOf(endedAt) - duration : 0;
    series.histogram.record(duration, failed, traceId, timestamp);
    if (isHidden) runtime.skip('disabled');
    else if (isWanted) {
      runtime.emitComplete({
        kind: 'profile',
        name: series.name,
        timestamp: Number.isFinite(timestamp) ? timestamp : 0,
        attributes: series.attributes,
        trace,
        requestId: active === undefined ? undefined : requestIdOf(active),
        sessionId: runtime.sessionId,
        duration,
        failed,
      });
    }
  }

  /** Apart: a closure among the variables of a call would cost every call, also those that have returned a plain value. */
  function follow(
    result: object,
    series: CallSeries,
    startedAt: number,
    active: ActiveContext | undefined,
    trace: TraceContext | undefined,
  ): object {
    return followResult(result, (failed) => end(series, startedAt, clock.elapsed(), active, trace, failed, true));
  }

  const timer: CallTimer = {
    timed(fn, seriesOf) {
      /** Apart, and `args` handed on with `apply` alone: then engines need no array for the arguments of a plain call. */
      const construct: AnyFunction = function (this: AnyFunction, ...args: unknown[]): unknown {
        const target = this === wrapper ? fn : this;
        return timer.timed(() => Reflect.construct(fn, args, target), seriesOf)();
      };
      const wrapper: AnyFunction = function (this: unknown, ...args: unknown[]): unknown {
        if (new.target !== undefined) return Reflect.apply(construct, new.target, args);
        const active = isOn ? storage.get() : undefined;
        if (!isOn || active?.suppressed === true) return Reflect.apply(fn, this, args);
        const series = seriesOf(this);
        const trace = runtime.traceAt(active);
        const startedAt = clock.elapsed();
        let result: unknown;
        try {
          result = Reflect.apply(fn, this, args);
        } catch (error) {
          end(series, startedAt, clock.elapsed(), active, trace, true, false);
          throw error;
        }
        if ((typeof result === 'object' && result !== null) || typeof result === 'function') {
          return follow(result, series, startedAt, active, trace);
        }
        end(series, startedAt, clock.elapsed(), active, trace, false, false);
        return result;
      };
      return wrapper;
    },
    start(series) {
      const active = storage.get();
      const counts = isOn && active?.suppressed !== true;
      const trace = counts ? runtime.traceAt(active) : undefined;
      const startedAt = clock.elapsed();
      let duration: number | undefined;
      const stop = ((outcome?: unknown) => {
        if (duration !== undefined) return duration;
        // Before anybody is told, who may call this again.
        const endedAt = clock.elapsed();
        duration = durationOf(endedAt - startedAt);
        if (counts) end(series, startedAt, endedAt, active, trace, outcome !== undefined && hasFailed(outcome), true);
        return duration;
      }) as StopTiming;
      (stop as { [dispose]: () => void })[dispose] = () => void stop();
      return stop;
    },
    configure() {
      const { enabled, profiling } = runtime.settings;
      isOn = enabled && profiling.enabled;
    },
  };
  timer.configure();
  return timer;
}

/** The milliseconds between two readings: 0 by a clock that went backwards or gives no number, as what was timed did happen. */
export function durationOf(passed: number): number {
  return passed > 0 && passed < Number.POSITIVE_INFINITY ? passed : 0;
}

/** Of any type: the application may call it as a listener, with whatever listeners are given. */
function hasFailed(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && readProperty(outcome, 'failed') === true;
}

/** The application has the active request, too. */
function requestIdOf({ request }: ActiveContext): string | undefined {
  const requestId: unknown = request?.requestId;
  return typeof requestId === 'string' ? requestId : undefined;
}

/** The epoch milliseconds of a reading taken just now. */
function epochFrom(clock: Clock): (reading: number) => number {
  // Not `bind`: engines compile a closure into its caller more readily.
  return typeof clock.at === 'function' ? (reading) => clock.at!(reading) : () => clock.now();
}
