import type { SeenAttributes, SeenSpan, SeenValue } from './seen-span.ts';

const statusCodes: Readonly<Record<string, 'ok' | 'error'>> = { OK: 'ok', ERROR: 'error' };

/**
 * Takes what formats without fields for it say in tags: https://opentelemetry.io/docs/specs/otel/common/mapping-to-non-otlp/. The rest
 * are attributes.
 */
export function readTags(tags: SeenAttributes): Pick<SeenSpan, 'attributes' | 'scope' | 'status' | 'traceState'> {
  const {
    'otel.scope.name': scope,
    'otel.scope.version': version = '',
    // The names of before, which the specification wants beside them.
    'otel.library.name': library = scope,
    'otel.library.version': libraryVersion = version,
    'otel.status_code': code = '',
    'otel.status_description': message,
    'w3c.tracestate': traceState,
    ...attributes
  } = tags;
  if (library !== scope || libraryVersion !== version) throw new Error(`two scopes, ${String(scope)} and ${String(library)}`);
  return {
    attributes,
    scope: scope === undefined ? undefined : { name: String(scope), version: String(version) },
    status: { code: statusCodes[String(code)] ?? 'unset', message: textOf(message) },
    traceState: textOf(traceState),
  };
}

function textOf(value: SeenValue | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
