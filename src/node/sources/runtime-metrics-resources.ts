import type { BeginWatch } from './runtime-metrics-measure.ts';

/** Node has some thirty; native add-ons may name as many as they like. */
const maxTypes = 50;

/** What keeps the event loop alive: sockets, timers, requests to the file system, by type. */
export const watchResources: BeginWatch = (measure) => {
  const counts = new Map<string, number>();
  return {
    read() {
      // What is gone is told as none, not left as it was.
      for (const type of counts.keys()) counts.set(type, 0);
      for (const resource of process.getActiveResourcesInfo()) {
        const type = counts.has(resource) || counts.size < maxTypes ? resource : 'other';
        counts.set(type, (counts.get(type) ?? 0) + 1);
      }
      for (const [type, count] of counts) measure('v8js.resource.active', count, '{resource}', 'gauge', { 'v8js.resource.type': type });
    },
  };
};
