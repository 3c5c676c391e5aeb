import type { BeginWatch } from './runtime-metrics-measure.ts';

/** Memory and processor time of the whole process. */
export const watchProcess: BeginWatch = (measure) => {
  let last = process.cpuUsage();
  return {
    read() {
      measure('process.memory.usage', process.memoryUsage.rss(), 'By', 'gauge');
      const now = process.cpuUsage();
      // Of microseconds.
      measure('process.cpu.time', Math.max(0, now.user - last.user) / 1_000, 'ms', 'counter', { 'cpu.mode': 'user' });
      measure('process.cpu.time', Math.max(0, now.system - last.system) / 1_000, 'ms', 'counter', { 'cpu.mode': 'system' });
      last = now;
    },
  };
};
