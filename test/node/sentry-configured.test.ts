// When Sentry is among the default sinks.
import { afterEach, describe, expect, it } from 'vitest';
import { createObservability, getObservabilityManager, memorySink, sentrySink } from '#sdk';
import type { Health, ObservabilityManager } from '#sdk';
import { withoutVariables } from '../helpers/environment.ts';

const dsn = 'http://public@127.0.0.1:9/1';
const managers: ObservabilityManager[] = [];
withoutVariables();
afterEach(async () => {
  await Promise.all(managers.splice(0).map((obs) => obs.shutdown({ timeout: 1 })));
});

function kept(obs: ObservabilityManager): ObservabilityManager {
  managers.push(obs);
  return obs;
}

const sinksOf = (obs: ObservabilityManager): readonly string[] => Object.keys(obs.ledger().sinks);

describe('a DSN', () => {
  it.each([
    ['as an option', { sentryDsn: dsn }],
    ['of the error tracker', { errorTracking: { sentryDsn: dsn } }],
  ])('adds Sentry to the default sinks: %s', (_, options) => {
    expect(sinksOf(kept(createObservability({ sources: false, ...options })))).toEqual(['console', 'sentry']);
  });

  it('does so as a variable, too', () => {
    process.env['SENTRY_DSN'] = dsn;
    expect(sinksOf(kept(createObservability({ sources: false })))).toEqual(['console', 'sentry']);
  });

  it('does not while error tracking is off, and does when that is switched on', () => {
    const obs = kept(getObservabilityManager({ sources: false, sentryDsn: dsn, errorTracking: false }));
    expect(sinksOf(obs)).toEqual(['console']);
    getObservabilityManager({ errorTracking: true });
    expect(sinksOf(obs)).toEqual(['console', 'sentry']);
  });

  it('beside a list of sinks is not used, and that is said', () => {
    const obs = kept(createObservability({ sources: false, sentryDsn: dsn, sinks: [memorySink()] }));
    const health: Health[] = [];
    obs.health$.subscribe((trouble) => health.push(trouble));
    expect(sinksOf(obs)).toEqual(['memory']);
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'sentryDsn', message: expect.stringContaining('add sentrySink()') as string }]);
  });

  it('is not needed twice: the sink has its own', () => {
    expect(sinksOf(kept(createObservability({ sources: false, sinks: [sentrySink({ dsn })] })))).toEqual(['sentry']);
  });
});

it('without a DSN there is no such sink', () => {
  expect(sinksOf(kept(createObservability({ sources: false })))).toEqual(['console']);
});
