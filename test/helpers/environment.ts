import { afterEach, beforeEach } from 'vitest';

/** What could be set where the tests run, and would change what they see. */
const names = /^(OTEL_|OBSERVABILITY_|SENTRY_DSN$|ENVIRONMENT$|NODE_ENV$|[A-Z_]+_ENABLED$)/;

/** For suites about environment variables: every test begins without any, and leaves the real ones behind. */
export function withoutVariables(): void {
  let before: NodeJS.ProcessEnv;
  beforeEach(() => {
    before = { ...process.env };
    for (const name of Object.keys(process.env)) if (names.test(name)) delete process.env[name];
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });
}
