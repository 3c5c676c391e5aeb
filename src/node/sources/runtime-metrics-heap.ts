import type { BeginWatch } from './runtime-metrics-measure.ts';

/** The heap by space, what it may grow to, and what its objects hold outside of it. */
export const watchHeap: BeginWatch = (measure) => {
  const used = new Set<string>();

  function read(): void {
    // Not imported: at the start it would cost more than everything else here.
    const { getHeapSpaceStatistics, getHeapStatistics } = process.getBuiltinModule('node:v8');
    for (const space of getHeapSpaceStatistics()) {
      // Some are never used.
      if (space.space_size > 0) used.add(space.space_name);
      if (!used.has(space.space_name)) continue;
      const attributes = { 'v8js.heap.space.name': space.space_name };
      measure('v8js.memory.heap.used', space.space_used_size, 'By', 'gauge', attributes);
      measure('v8js.memory.heap.space.size', space.space_size, 'By', 'gauge', attributes);
      measure('v8js.memory.heap.space.available_size', space.space_available_size, 'By', 'gauge', attributes);
      measure('v8js.memory.heap.space.physical_size', space.physical_space_size, 'By', 'gauge', attributes);
    }
    const { heap_size_limit: limit, external_memory: external } = getHeapStatistics();
    measure('nodejs.memory.heap.limit', limit, 'By', 'gauge');
    measure('nodejs.memory.external', external, 'By', 'gauge');
  }
  return { read };
};
