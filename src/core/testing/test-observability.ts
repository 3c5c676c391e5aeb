import type { ObservabilityOptions } from '../config/options.ts';
import type { ObservabilityManager } from '../observability.ts';
import { memorySink } from '../sinks/memory.ts';
import type { MemorySink } from '../sinks/memory.ts';
import { createTestClock } from './test-clock.ts';
import type { TestClock } from './test-clock.ts';

/** A manager for a test: everything it sends stays in memory, time passes only when told, and no source is on unless it is named. */
export interface TestObservability {
  readonly obs: ObservabilityManager;
  readonly sink: MemorySink;
  readonly clock: TestClock;
}

export type CreateTestObservability = (options?: Omit<ObservabilityOptions, 'clock' | 'sinks'>) => TestObservability;

export function testObservabilityOf(
  createObservability: (options: ObservabilityOptions) => ObservabilityManager,
): CreateTestObservability {
  return (options = {}) => {
    const sink = memorySink();
    const clock = createTestClock();
    return { obs: createObservability({ serviceName: 'test', sources: false, ...options, clock, sinks: [sink] }), sink, clock };
  };
}
