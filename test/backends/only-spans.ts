import type { Sink } from '#sdk';

/** Backends of traces refuse logs and metrics, which an OTLP sink sends too. */
export function onlySpans(sink: Sink): Sink {
  return { ...sink, accepts: ({ kind }) => kind === 'span' };
}
