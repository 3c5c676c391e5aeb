// What a page runs for these tests: the package as applications get it, and what it may throw.
import { createObservability, sentrySink } from '../../../src/browser/index.ts';
import type { Health, ObservabilityManager, ObservabilityOptions } from '../../../src/browser/index.ts';
import { captureThings as captureEach, rejectUnhandled, throwUncaught } from './thrown-things.ts';
import type { Captured, Elsewhere } from './thrown-things.ts';

export * from '../../../src/browser/index.ts';
export { plantSecrets, rejectWithSecret } from './planted-secrets.ts';
export { rejectUnhandled, throwUncaught };

export interface PageApplication {
  readonly obs: ObservabilityManager;
  readonly health: readonly Health[];
}

/** Starts the SDK of a page that sends its errors there. */
export function startApplication(dsn: string, options: Pick<ObservabilityOptions, 'redaction'> = {}): PageApplication {
  const obs = createObservability({ environment: 'test', release: 'shop@1', sinks: [sentrySink({ dsn })], ...options });
  const health: Health[] = [];
  obs.health$.subscribe((trouble) => health.push(trouble));
  return { obs, health };
}

export async function captureThings({ obs }: PageApplication): Promise<Captured> {
  const frame = document.body.appendChild(document.createElement('iframe'));
  const { eval: elsewhere } = frame.contentWindow as unknown as { readonly eval: Elsewhere };
  const captured = captureEach(obs, elsewhere);
  await obs.flush();
  return captured;
}
