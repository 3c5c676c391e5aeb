// `node --import @arkhe/observability/register app.js`: the process-wide manager before the application loads, with OpenTelemetry's
// API served, and everything else from environment variables. An application that asks for the manager later gets this one.
import type { Health } from '../core/index.ts';
import { getObservabilityManager } from './index.ts';

/** What an operator must hear of: nobody else listens to `health$` when the application does not know of this. */
function warn(trouble: Health): void {
  switch (trouble.type) {
    case 'input-ignored':
      if (trouble.name === 'environment' || trouble.name === 'open-telemetry') say(`${trouble.name}: ${trouble.message}`);
      return;
    case 'sink-failed':
      return say(`${trouble.sink}: ${trouble.error.message}`);
  }
}

/** A line on stderr, which `NODE_NO_WARNINGS` silences as those of Node. */
function say(message: string): void {
  process.emitWarning(message, 'ObservabilityWarning');
}

try {
  getObservabilityManager({ tracing: { register: true } }).health$.subscribe(warn);
} catch (error) {
  // Variables that ask for what this host cannot do. They must not stop a service.
  say(`nothing is observed: ${error instanceof Error ? error.message : String(error)}`);
}
