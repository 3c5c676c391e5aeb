import type { Diagnostics } from '../diagnostics.ts';

/** Notices that OpenTelemetry's instrumentations trace what the sources of this SDK trace, too. */
export interface TwiceTraced {
  /** A source has begun a span. */
  sourceBegan(): void;
  /** A library has begun a span. */
  libraryBegan(scope: string): void;
}

const instrumentations: ReadonlySet<string> = new Set(
  ['http', 'undici', 'fetch', 'xml-http-request', 'document-load'].map((name) => `@opentelemetry/instrumentation-${name}`),
);

export function createTwiceTraced({ ignored }: Diagnostics): TwiceTraced {
  const said = new Set<string>();
  let sourcesTrace = false;
  return {
    sourceBegan() {
      sourcesTrace = true;
    },
    libraryBegan(scope) {
      if (!sourcesTrace || said.has(scope) || !instrumentations.has(scope)) return;
      said.add(scope);
      ignored('open-telemetry', `${scope} traces requests that a source of this SDK traces, too: leave one of them out, see \`sources\``);
    },
  };
}
