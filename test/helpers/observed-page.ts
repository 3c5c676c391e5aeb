// What a page runs for the tests: the SDK as applications get it, on a clock that the test moves.
import { createObservability, otlpSink } from '../../src/browser/index.ts';
import type { Health, Ledger, ObservabilityManager, ObservabilityOptions, OtlpSinkOptions } from '../../src/browser/index.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import { ledgerFaults } from './ledger-faults.ts';

/** How it stands. */
export interface PageState {
  readonly ledger: Ledger;
  readonly health: readonly Health[];
  /** Every moment at which the ledger did not balance. */
  readonly faults: readonly string[];
}

export interface ObservedPage {
  readonly obs: ObservabilityManager;
  emitSpans(count: number): void;
  /** Lets time pass. */
  advance(milliseconds: number): PageState;
  state(): PageState;
}

/** What of the options can be said from outside of the page. */
export interface PageOptions {
  readonly sink: OtlpSinkOptions;
  readonly options?: Pick<ObservabilityOptions, 'delivery' | 'serviceName'>;
}

export * from '../../src/browser/index.ts';

export function observePage({ sink, options = {} }: PageOptions): ObservedPage {
  const clock = createTestClock(Date.now());
  const obs = createObservability({ environment: 'production', sources: false, sinks: [otlpSink(sink)], clock, ...options });
  const health: Health[] = [];
  const faults: string[] = [];
  const check = (): void => void faults.push(...ledgerFaults(obs.ledger()));
  const state = (): PageState => {
    check();
    return { ledger: obs.ledger(), health, faults };
  };
  obs.health$.subscribe((trouble) => {
    check();
    health.push(trouble);
  });
  return {
    obs,
    emitSpans(count) {
      for (let index = 0; index < count; index++) {
        obs.tracer.startSpan(`GET /orders/${index}`, () => undefined);
        check();
      }
    },
    advance(milliseconds) {
      clock.advance(milliseconds);
      return state();
    },
    state,
  };
}
