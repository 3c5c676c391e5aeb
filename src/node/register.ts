// `node --import @arkhe/observability/register app.js`: the process-wide manager before the application loads, with OpenTelemetry's
// API served, and everything else from environment variables. An application that asks for the manager later gets this one.
import type { Health, ObservabilityManager } from '../core/index.ts';
import { getObservabilityManager } from './index.ts';

/** What an operator must hear of: nobody else listens to `health$` when the application does not know of this. */
function warn(trouble: Health, obs: ObservabilityManager): void {
  switch (trouble.type) {
    case 'input-ignored': {
      const { name, message } = trouble;
      // A sink has variables of its own.
      if (name === 'environment' || name === 'open-telemetry' || Object.hasOwn(obs.ledger().sinks, name)) say(`${name}: ${message}`);
      return;
    }
    case 'sink-failed':
      return say(`${trouble.sink}: ${trouble.error.message}`);
  }
}

/** A line on stderr, which `NODE_NO_WARNINGS` silences as those of Node. */
function say(message: string): void {
  process.emitWarning(message, 'ObservabilityWarning');
}

try {
  const obs = getObservabilityManager({ tracing: { register: true } });
  obs.health$.subscribe((trouble) => warn(trouble, obs));
} catch (error) {
  // Variables that ask for what this host cannot do. They must not stop a service.
  say(`nothing is observed: ${error instanceof Error ? error.message : String(error)}`);
}
