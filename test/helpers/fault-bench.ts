import { expect } from 'vitest';
import { createObservability, otlpSink } from '#sdk';
import type { Health, ObservabilityManager, ObservabilityOptions, OtlpSinkOptions } from '#sdk';
import type { TestClock } from '../../src/core/testing/test-clock.ts';
import { startCollector } from './collector.ts';
import type { Collector } from './collector.ts';
import { accountOf, ledgerFaults } from './ledger-faults.ts';
import { createTurnClock, passTurns } from './turns.ts';

/** A manager that exports to a collector, on a clock that only turns of the event loop move. */
export interface FaultBench {
  readonly obs: ObservabilityManager;
  readonly clock: TestClock;
  readonly collector: Collector;
  readonly health: readonly Health[];
  /** Throws unless the ledger balances. */
  check(): void;
  /** Ends so many spans. The ledger balances after each. */
  emitSpans(count: number): void;
  /** Lets time pass until a condition holds. The ledger balances at every turn. */
  pass(condition: () => boolean): Promise<void>;
  /** Lets time pass until everything has its end. */
  settle(): Promise<void>;
  /** Lets time pass until this is done. */
  during<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface FaultBenchOptions extends Omit<ObservabilityOptions, 'clock' | 'sinks'> {
  readonly sink?: OtlpSinkOptions;
}

export async function createFaultBench({ sink, ...options }: FaultBenchOptions = {}): Promise<FaultBench> {
  const clock = createTurnClock();
  const collector = await startCollector(clock.elapsed);
  const sinks = [otlpSink({ endpoint: collector.url, ...sink })];
  const obs = createObservability({ serviceName: 'faults', environment: 'production', sources: false, sinks, clock, ...options });
  const health: Health[] = [];
  const check = (): void => expect(ledgerFaults(obs.ledger())).toEqual([]);
  obs.health$.subscribe((trouble) => {
    check();
    health.push(trouble);
  });
  const pass = (condition: () => boolean): Promise<void> => passTurns(clock, condition, check);

  async function during<T>(work: Promise<T>): Promise<T> {
    let done = false;
    void work.finally(() => (done = true));
    await pass(() => done);
    return work;
  }

  return {
    obs,
    clock,
    collector,
    health,
    check,
    emitSpans(count) {
      for (let index = 0; index < count; index++) {
        obs.tracer.startSpan(`GET /orders/${index}`, () => undefined);
        check();
      }
    },
    pass,
    settle: () => pass(() => accountOf(obs.ledger()).pending === 0),
    during,
    async close() {
      await during(obs.shutdown({ timeout: 1 }));
      await collector.close();
    },
  };
}
