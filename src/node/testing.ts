import { testObservabilityOf } from '../core/testing/test-observability.ts';
import type { CreateTestObservability } from '../core/testing/test-observability.ts';
import { createObservability } from './main.ts';

export { memorySink } from '../core/sinks/memory.ts';
export type { MemorySink, MemorySinkOptions } from '../core/sinks/memory.ts';
export { createTestClock } from '../core/testing/test-clock.ts';
export type { TestClock } from '../core/testing/test-clock.ts';
export type { TestObservability } from '../core/testing/test-observability.ts';

/** A manager whose signals stay in `sink`, and whose time passes with `clock.advance`. */
export const createTestObservability: CreateTestObservability = /* @__PURE__ */ testObservabilityOf(createObservability);
