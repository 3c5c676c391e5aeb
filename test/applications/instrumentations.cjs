// OpenTelemetry's own instrumentations, as their documentation has them set up. They find the provider that is registered.
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express');
const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg');

registerInstrumentations({ instrumentations: [new ExpressInstrumentation(), new PgInstrumentation()] });
