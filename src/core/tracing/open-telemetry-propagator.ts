import { propagation as api, trace } from '@opentelemetry/api';
import type { TextMapPropagator } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { Propagation } from '../propagation/propagation.ts';
import { fromApiBaggage, toApiBaggage } from './open-telemetry-baggage.ts';
import { fromSpanContext, toSpanContext } from './open-telemetry-span.ts';

/** Serves OpenTelemetry's API with the formats of a manager: libraries instrumented with it write and read the same headers as ours. */
export function createTextMapPropagator(propagation: () => Propagation): TextMapPropagator {
  return {
    fields: () => [...propagation().fields],
    inject(context, carrier, setter) {
      if (isTracingSuppressed(context)) return;
      const spanContext = trace.getSpanContext(context);
      const baggage = fromApiBaggage(api.getBaggage(context));
      const headers = propagation().inject({ trace: spanContext && fromSpanContext(spanContext), baggage });
      for (const [name, value] of Object.entries(headers)) setter.set(carrier, name, value);
    },
    extract(context, carrier, getter) {
      const { fields, extract } = propagation();
      const headers = new Map<string, [name: string, value: string][]>();
      // A getter may find a name in any case, and list it as it is written, or not at all.
      for (const name of [...fields, ...getter.keys(carrier)]) {
        const key = name.toLowerCase();
        const value = headers.has(key) ? undefined : getter.get(carrier, name);
        if (value !== undefined) headers.set(key, [value].flat().map((one) => [name, one]));
      }
      const carried = extract([...headers.values()].flat());
      const withTrace =
        carried.trace === undefined ? context : trace.setSpanContext(context, { ...toSpanContext(carried.trace), isRemote: true });
      return carried.baggage === undefined ? withTrace : api.setBaggage(withTrace, toApiBaggage(carried.baggage));
    },
  };
}
