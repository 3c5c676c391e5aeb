import { BoundedRing } from './bounded-ring.ts';
import type { Kept } from './bounded-ring.ts';
import { isMoment } from './flight-moment.ts';
import type { FlightRecordingSettings } from './flight-recording.ts';
import type { LedgerBook } from './ledger.ts';
import type { Signal } from './signal.ts';
import { endOf } from './signal-end.ts';
import { withoutRecording } from './without-recording.ts';

export interface FlightRecordSetup {
  /** In force now; `undefined`: nothing is recorded. */
  readonly settings: () => FlightRecordingSettings | undefined;
  readonly book: LedgerBook;
  /** Whether the sinks get this signal. */
  readonly isSampled: (signal: Signal) => boolean;
  /** Shows a signal to whoever looks on. */
  readonly tell: (signal: Signal) => void;
  /** Hands a signal to the sinks. */
  readonly route: (signal: Signal, bytes: number) => void;
}

/** The last part of a signal's way, where a flight recorder is on. */
export interface FlightRecord {
  readonly on: boolean;
  /** Tells the signal, and routes it, by the settings in force. It is redacted; `bytes` is about what it holds in memory. */
  publish(signal: Signal, bytes: number): void;
}

/** Traces sent after all, whose rest is sent, too. */
const maxFollowed = 1_000;

export function createFlightRecord({ settings, book, isSampled, tell, route }: FlightRecordSetup): FlightRecord {
  const recorded = new BoundedRing<Signal>();
  /** Of what was recorded. */
  let recordedFor: FlightRecordingSettings['then'] | undefined;
  /** By trace id, the oldest first. */
  const followed = new Set<string>();

  /** Every error that leaves takes along what was recorded since the one before. */
  function publishAttaching(signal: Signal, bytes: number, flight: FlightRecordingSettings): void {
    const sampled = isSampled(signal);
    if (sampled && signal.kind === 'error' && isMoment(signal, flight.when)) {
      const taken = taking(signal, flight);
      const error = { ...signal, recording: taken.map(({ value }) => value) };
      tell(error);
      return route(error, taken.reduce((sum, kept) => sum + kept.bytes, bytes));
    }
    keep(withoutRecording(signal), bytes, flight);
    tell(signal);
    if (sampled) route(signal, bytes);
    else book.filter('sampled');
  }

  /** Only what no sink got is recorded, until a signal asks for it. */
  function publishSending(signal: Signal, bytes: number, flight: FlightRecordingSettings): void {
    tell(signal);
    const sampled = isSampled(signal) || (signal.trace !== undefined && followed.has(signal.trace.traceId));
    if (isMoment(signal, flight.when)) {
      for (const { value, bytes } of taking(signal, flight)) {
        book.unfilter('sampled');
        send(value, bytes);
      }
      send(signal, bytes);
    } else if (sampled) {
      route(asSampled(signal), bytes);
    } else {
      book.filter('sampled');
      keep(signal, bytes, flight);
    }
  }

  function keep(signal: Signal, bytes: number, flight: FlightRecordingSettings): void {
    recorded.keep(signal, bytes, Number.POSITIVE_INFINITY, flight.bytes);
  }

  /** What is too old now is forgotten, too. */
  function taking(moment: Signal, { seconds }: FlightRecordingSettings): readonly Kept<Signal>[] {
    const from = endOf(moment) - seconds * 1_000;
    return recorded.take().filter(({ value }) => !(endOf(value) < from));
  }

  /** A receiver that has half a trace shows spans without their parents: what is still to come of it comes as well. */
  function send(signal: Signal, bytes: number): void {
    if (signal.trace !== undefined && !signal.trace.sampled) follow(signal.trace.traceId);
    route(asSampled(signal), bytes);
  }

  function follow(traceId: string): void {
    if (followed.has(traceId)) return;
    followed.add(traceId);
    if (followed.size <= maxFollowed) return;
    for (const oldest of followed) {
      followed.delete(oldest);
      return;
    }
  }

  return {
    get on() {
      return settings() !== undefined;
    },
    publish(signal, bytes) {
      const flight = settings()!;
      // What was recorded to be attached may have been sent already.
      if (flight.then !== recordedFor) recorded.clear();
      recordedFor = flight.then;
      if (flight.then === 'attach') publishAttaching(signal, bytes, flight);
      else publishSending(signal, bytes, flight);
    },
  };
}

/** As the sinks get it: those for spans take only sampled ones. */
function asSampled(signal: Signal): Signal {
  const { trace } = signal;
  if (trace === undefined || trace.sampled) return signal;
  const { traceId, spanId, traceState } = trace;
  return { ...signal, trace: { traceId, spanId, sampled: true, traceState } };
}
