import { instrumentNamed } from '../instrument.ts';
import type { ObservabilityManager } from '../observability.ts';
import type { Runtime } from '../runtime.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshotText } from '../snapshot.ts';

/** Puts the application's own numbers on the stream. Never throws: what is no measurement is said, and goes nowhere. */
export function createMetricRecorder(runtime: Runtime): ObservabilityManager['recordMetric'] {
  const { diagnostics } = runtime;
  return (name, value, given) => {
    if (!runtime.settings.enabled) return;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return diagnostics.ignored('recordMetric', 'a value that is not a finite number');
    }
    try {
      const { unit = '1', instrument: named, attributes } = given ?? {};
      const instrument = instrumentNamed(named);
      if (instrument === 'counter' && value < 0) return diagnostics.ignored('recordMetric', 'a counter that goes down');
      runtime.emit({
        kind: 'metric',
        name: snapshotText(name, 256),
        value,
        unit: snapshotText(unit, 63),
        instrument,
        attributes: snapshotAttributes(attributes),
      });
    } catch (error) {
      // A getter of the application.
      diagnostics.failed('source-failed', 'recordMetric', error);
    }
  };
}
