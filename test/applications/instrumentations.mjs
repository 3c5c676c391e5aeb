import { register } from 'node:module';
import './instrumentations.cjs';

// ES modules are instrumented by a loader.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
