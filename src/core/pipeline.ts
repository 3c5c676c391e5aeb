import type { OperatorFunction } from 'rxjs';
import { createBus } from './bus.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Trail } from './errors/trail.ts';
import { createFlightRecord } from './flight-record.ts';
import type { FlightRecordingSettings } from './flight-recording.ts';
import type { LedgerBook } from './ledger.ts';
import type { Redactor } from './redaction/redactor.ts';
import type { LiveStream } from './live-stream.ts';
import { isSignal } from './signal.ts';
import type { Signal, SignalKind, SignalOf } from './signal.ts';
import { estimateSize } from './signal-size.ts';
import { createStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { createTurns } from './turns.ts';

export interface PipelineSetup {
  readonly book: LedgerBook;
  readonly diagnostics: Diagnostics;
  /** Whether the sinks get this signal. */
  readonly isSampled: (signal: Signal) => boolean;
  /**
   * What is redacted and kept goes here. `asMade`: no operator has seen it, so it has exactly the fields of its kind. `bytes` is about
   * what it holds in memory, where that is known already.
   */
  readonly route: (signal: Signal, asMade: boolean, bytes: number | undefined) => void;
  /** Sees what led to errors. Default: nobody does. */
  readonly trail?: Pick<Trail, 'wants' | 'record'> | undefined;
  /** The flight recorder in force now. Default: none. */
  readonly flightRecording?: (() => FlightRecordingSettings | undefined) | undefined;
}

export interface PipelineSteps {
  readonly operators: readonly OperatorFunction<Signal, Signal>[];
  readonly redactor: Redactor;
}

/** The way of every signal: the user's operators, redaction, the trail, the tap, sampling, the router. */
export interface Pipeline {
  /** Redacted, before sampling; never errors. */
  readonly signals$: LiveStream<Signal>;
  /** Those of one kind. */
  signalsOf<K extends SignalKind>(kind: K): LiveStream<SignalOf<K>>;
  /** Whether anybody but the sinks sees what passes, of all kinds. */
  readonly observed: boolean;
  /** True while a signal is on its way: who asks now was called by a subscriber, an operator or a sink. */
  readonly busy: boolean;
  /** Never throws. The signal has been counted as emitted, and has exactly the fields of its kind. */
  push(signal: Signal): void;
  /** The same, for one that is to be delivered inside of something, though it may have to wait for its turn. */
  pushWithin(signal: Signal, run: (work: () => void) => void): void;
  /** Changes what is given; the stream stays the same. */
  configure(steps: Partial<PipelineSteps>): void;
  /** Lets the user's operators give out what they hold, after what is on its way. What is pushed later is counted and goes nowhere. */
  drain(): void;
  complete(): void;
}

type Operators = readonly OperatorFunction<Signal, Signal>[];

export function createPipeline(setup: PipelineSetup, steps: PipelineSteps): Pipeline {
  const { book, diagnostics, isSampled, route, trail, flightRecording = () => undefined } = setup;
  // One thing at a time: no signal overtakes another, and no operator is entered while it is at work.
  const turns = createTurns<Signal | (() => void)>({
    take: (turn) => {
      if (typeof turn === 'function') turn();
      else if (stages.length === 0) publish(turn, true);
      else enter(stages, 0, turn);
    },
    report: (error) => diagnostics.failed('operator-failed', 'pipeline', error),
  });
  const tap = createBus<Signal>({ inTurn: true, report: (error) => diagnostics.failed('subscriber-failed', 'signals$', error) });
  const flight = createFlightRecord({
    settings: flightRecording,
    book,
    isSampled,
    tell: (signal) => tap.emit(signal),
    route: (signal, bytes) => route(signal, false, bytes),
  });
  let redactor = steps.redactor;
  let stages: readonly Stage[] = [];
  let drained = false;
  inTurn(() => start(steps.operators));

  /** What must happen happens at once when too much waits. */
  function inTurn(change: () => void): void {
    if (!turns.give(change)) change();
  }

  function start(operators: Operators): void {
    const started: Stage[] = [];
    stages = started;
    for (const [index, operator] of operators.entries()) {
      const name = `pipeline[${index}]`;
      const next = (signal: Signal): void => {
        if (isSignal(signal)) return enter(started, index + 1, signal);
        book.filter('pipeline');
        diagnostics.ignored(name, 'gave out something that is not a signal');
      };
      const later = (signal: Signal): void => {
        if (!turns.give(() => next(signal))) refuse();
      };
      started.push(createStage({ operator, book, next, later, failed: (error) => diagnostics.failed('operator-failed', name, error) }));
    }
  }

  function stop(): void {
    for (const stage of stages) stage.complete();
  }

  function enter(through: readonly Stage[], index: number, signal: Signal): void {
    if (index === through.length) publish(signal, index === 0);
    else through[index]!.push(signal);
  }

  function publish(signal: Signal, asMade: boolean): void {
    const redacted = redactor.redactSignal(signal, asMade);
    if (redacted === undefined) return book.filter('redaction-failed');
    let bytes: number | undefined;
    // Before the tap: a subscriber that answers a signal with an error has it in the trail.
    if (trail !== undefined && trail.wants(redacted.kind)) {
      bytes = estimateSize(redacted, asMade);
      trail.record(redacted, bytes);
    }
    if (flight.on) return flight.publish(redacted, bytes ?? estimateSize(redacted, asMade));
    if (tap.observed) tap.emit(redacted);
    if (!isSampled(redacted)) return book.filter('sampled');
    route(redacted, asMade, bytes);
  }

  function give(turn: Signal | (() => void)): void {
    if (drained) return book.filter('shutdown');
    if (!turns.give(turn)) refuse();
  }

  function refuse(): void {
    book.filter('rate-limited');
    diagnostics.ignored('signals$', 'a subscriber or an operator emits for every signal it gets');
  }

  return {
    signals$: tap.values$,
    signalsOf: <K extends SignalKind>(kind: K) => tap.only((signal): signal is SignalOf<K> => signal.kind === kind),
    get observed() {
      return tap.observed || stages.length > 0 || flight.on;
    },
    get busy() {
      return turns.busy;
    },
    push: give,
    pushWithin: (signal, run) => give(() => run(() => enter(stages, 0, signal))),
    configure({ operators, redactor: other }) {
      inTurn(() => {
        // First: what the operators give out now is redacted by the new rules already.
        if (other !== undefined) redactor = other;
        if (operators === undefined) return;
        stop();
        start(operators);
      });
    },
    drain() {
      drained = true;
      inTurn(stop);
    },
    complete: () => tap.complete(),
  };
}
