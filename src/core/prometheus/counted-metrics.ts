import { handleOf } from '../manager-handle.ts';
import { createMetricTable } from '../metrics/metric-table.ts';
import type { MeasuredSignal } from '../metrics/metric-table.ts';
import type { ObservabilityManager } from '../observability.ts';
import type { Attributes } from '../signal.ts';
import { createOtlpResource } from '../sinks/otlp/otlp-resource.ts';
import type { OtlpResource } from '../sinks/otlp/otlp-resource.ts';
import type { Exposed } from './exposition.ts';

/** On the manager, so that all who ask for its totals are told the same, and they go with it. */
const key: unique symbol = Symbol('counted metrics');

/** What a manager has measured since this was first asked of it, before sampling, up to its end. It costs as long as the manager lives. */
export function countedMetrics(obs: ObservabilityManager): () => Exposed {
  const counting = obs as ObservabilityManager & { [key]?: () => Exposed };
  if (counting[key] === undefined) Reflect.defineProperty(obs, key, { value: count(obs) });
  return counting[key]!;
}

function count(obs: ObservabilityManager): () => Exposed {
  const handle = handleOf(obs);
  let given: Attributes | undefined;
  let resource: OtlpResource | undefined;
  let refused = 0;

  /** A later configuration may change it. */
  function resourceNow(): OtlpResource {
    const now = handle?.resource;
    if (resource === undefined || now !== given) resource = createOtlpResource(now ?? {}, 'nodejs');
    given = now;
    return resource;
  }
  const table = createMetricTable({ resource: resourceNow, start: () => handle?.sources.clock.now() ?? 0 });

  function add(signal: MeasuredSignal): void {
    if (table.add(signal) === undefined) refused += 1;
  }
  // Not all signals at once: those of other kinds then need not be made when nobody else wants them.
  obs.profiles$.subscribe(add);
  obs.metrics$.subscribe(add);
  return () => ({ series: table.series.values(), resource: resourceNow().attributes, refused });
}
