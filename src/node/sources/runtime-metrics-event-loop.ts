import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { BeginWatch } from './runtime-metrics-measure.ts';

/** Milliseconds between two looks at the loop. Ten cost twice as much, and find hardly more. */
const resolution = 20;

const nanoseconds = 1e6;

/** How late the event loop is, and how much of its time it works. */
export const watchEventLoop: BeginWatch = (measure) => {
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  let last = performance.eventLoopUtilization();

  /** What is measured is from one look to the next: what is beyond the resolution is the delay. */
  function delay(name: string, value: number): void {
    measure(`nodejs.eventloop.delay.${name}`, Math.max(0, value / nanoseconds - resolution), 'ms', 'gauge');
  }

  return {
    read() {
      // A loop that stood still all the time has no delay yet.
      if (delays.count > 0) {
        delay('min', delays.min);
        delay('max', delays.max);
        delay('mean', delays.mean);
        delay('p50', delays.percentile(50));
        delay('p90', delays.percentile(90));
        delay('p99', delays.percentile(99));
        measure('nodejs.eventloop.delay.stddev', delays.stddev / nanoseconds, 'ms', 'gauge');
        // It forgets when it looked last, too: what delays the very next look is not seen.
        delays.reset();
      }
      const now = performance.eventLoopUtilization();
      const { active, idle, utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      measure('nodejs.eventloop.utilization', utilization, '1', 'gauge');
      measure('nodejs.eventloop.time', Math.max(0, active), 'ms', 'counter', { 'nodejs.eventloop.state': 'active' });
      measure('nodejs.eventloop.time', Math.max(0, idle), 'ms', 'counter', { 'nodejs.eventloop.state': 'idle' });
    },
    stop: () => void delays.disable(),
  };
};
