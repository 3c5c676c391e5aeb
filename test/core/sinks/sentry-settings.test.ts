import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/configuration-error.ts';
import { readDsn } from '../../../src/core/sinks/sentry/dsn.ts';
import { sentrySinkFactory } from '../../../src/core/sinks/sentry/sentry-sink-factory.ts';
import type { SentryHost } from '../../../src/core/sinks/sentry/sentry-sink-factory.ts';
import { errorSignal } from '../../helpers/signals.ts';
import { recordedHttp } from '../../helpers/recorded-http.ts';

const key = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const dsn = `https://${key}@o1.ingest.sentry.io/42`;
const load = async (): Promise<{ missing: boolean }> => ({ missing: false });

function create(options: unknown, host: Partial<SentryHost> = {}): () => unknown {
  return () => sentrySinkFactory({ ...recordedHttp().host, platform: 'node', ...host }, load)(options as never);
}

function errorOf(work: () => unknown): ConfigurationError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return error as ConfigurationError;
  }
  throw new Error('nothing was thrown');
}

/** Where the sink posts an event. */
async function postedTo(options: object, host: Partial<SentryHost> = {}): Promise<string> {
  const http = recordedHttp();
  const sink = sentrySinkFactory({ ...http.host, platform: 'node', ...host }, load)(options);
  await http.write(sink, [errorSignal()]);
  return http.requests[0]!.url;
}

describe('a DSN', () => {
  it.each([
    [dsn, 'https://o1.ingest.sentry.io/api/42/envelope/'],
    [`http://${key}@127.0.0.1:9000/7`, 'http://127.0.0.1:9000/api/7/envelope/'],
    [`http://${key}@[::1]:9000/7`, 'http://[::1]:9000/api/7/envelope/'],
    [`https://${key}@errors.shop.test/behind/proxy/7/`, 'https://errors.shop.test/behind/proxy/api/7/envelope/'],
    [` ${dsn}\n`, 'https://o1.ingest.sentry.io/api/42/envelope/'],
  ])('%j says where events go', (text, envelopeUrl) => {
    expect(readDsn(text)).toMatchObject({ publicKey: key, envelopeUrl });
  });

  it('of old with a secret key is taken without it', () => {
    expect(readDsn(`https://${key}:5ecre7@o1.ingest.sentry.io/42`)).toEqual(readDsn(dsn));
    expect(JSON.stringify(readDsn(`https://${key}:5ecre7@o1.ingest.sentry.io/42`))).not.toContain('5ecre7');
  });

  it.each([
    ['no text', 42],
    ['another protocol', `ftp://${key}@o1.ingest.sentry.io/42`],
    ['no project', `https://${key}@o1.ingest.sentry.io/`],
    ['a project that is no number', `https://${key}@o1.ingest.sentry.io/shop`],
    ['no key', 'https://o1.ingest.sentry.io/42'],
    ['a port that is none', `https://${key}@o1.ingest.sentry.io:99999/42`],
    ['a host that is none', `https://${key}@ho$t/42`],
    ['two hosts', `https://${key}@a@b/42`],
    ['nothing', ''],
    ['an object', { dsn }],
  ])('with %s is none', (_, given) => {
    expect(readDsn(given)).toBeUndefined();
  });

  it('of any length is read in no time', () => {
    const begun = performance.now();
    for (const text of [`https://${key}@${'a.'.repeat(500_000)}`, `https://${key}@a${'/b'.repeat(500_000)}`, 'w'.repeat(1_000_000)]) readDsn(text);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe('the options of the Sentry sink', () => {
  it('name every wrong one at once, and show neither key nor tunnel', () => {
    const { issues, message } = errorOf(create({ dsn: `ftp://${key}@host/1`, environment: '', release: 7, tunnel: 'tunnel?token=hush', dns: dsn }));
    expect(issues.map(({ path, received }) => [path, received])).toEqual([
      ['sentrySink.dsn', 'string'],
      ['sentrySink.environment', 'string ""'],
      ['sentrySink.release', 'number 7'],
      ['sentrySink.tunnel', 'string'],
      ['sentrySink.dns', 'an unknown option'],
    ]);
    expect(message).not.toMatch(/hush|0a1b2c/);
  });

  it.each([['a number', 42], ['an object', { dsn }], ['null', null]])('refuse %s as a DSN', (_, given) => {
    expect(errorOf(create({ dsn: given })).issues).toMatchObject([{ path: 'sentrySink.dsn' }]);
  });

  it('are an object, not the DSN itself', () => {
    expect(errorOf(create(dsn)).message).not.toContain(key);
  });

  it('need a DSN from somewhere', () => {
    expect(errorOf(create({})).message).toBe(
      "sentrySink.dsn: expected a DSN like 'https://key@o1.ingest.sentry.io/42', as the project's settings at Sentry show it, received undefined",
    );
    expect(errorOf(create(undefined, { readVariable: () => undefined })).message).toContain('or the variable SENTRY_DSN');
    expect(errorOf(create({}, { readVariable: () => '' })).issues).toMatchObject([{ path: 'sentrySink.dsn' }]);
  });

  it('take the variable where none is given', async () => {
    const host = { readVariable: () => `http://${key}@variable.test/1` };
    expect(new URL(await postedTo({}, host)).host).toBe('variable.test');
    expect(new URL(await postedTo({ dsn }, host)).host).toBe('o1.ingest.sentry.io');
    const { issues, message } = errorOf(create({}, { readVariable: () => `http://${key}@variable.test` }));
    expect(issues).toMatchObject([{ path: 'SENTRY_DSN' }]);
    expect(message).not.toContain(key);
  });

  it('lead to the tunnel where there is one', async () => {
    expect(await postedTo({ dsn, tunnel: 'https://shop.test/tunnel' })).toBe('https://shop.test/tunnel');
    expect(await postedTo({ dsn, tunnel: '/tunnel' }, { platform: 'javascript', ownOrigin: 'https://shop.test' })).toBe('https://shop.test/tunnel');
    expect(errorOf(create({ dsn, tunnel: '/tunnel' })).issues).toMatchObject([{ path: 'sentrySink.tunnel', expected: 'an http or https URL' }]);
  });
});
