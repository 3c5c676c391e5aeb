import { describe, expect, it } from 'vitest';
import { createTestObservability } from '#testing';
import { ConfigurationError } from '#sdk';
import { liveHandler } from '../../../src/node/live/live-handler.ts';
import { createStartLiveServer } from '../../../src/node/live/start-live-server.ts';

const { obs } = createTestObservability();
const startLiveServer = createStartLiveServer(() => obs);

function errorOf(run: () => unknown): ConfigurationError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return error as ConfigurationError;
  }
  throw new Error('nothing was thrown');
}

const wrong: readonly (readonly [string, Record<string, unknown>])[] = [
  ['token', { token: '' }],
  ['token', { token: [] }],
  ['token', { token: ['good', ''] }],
  ['token', { token: 'with a space' }],
  ['token', { token: 'with\nline' }],
  ['token', { token: 'ünlaut' }],
  ['token', { token: 42 }],
  ['origins', { origins: ['*'] }],
  ['origins', { origins: ['https://ops.example.com/'] }],
  ['origins', { origins: ['null'] }],
  ['origins', { origins: 'https://ops.example.com' }],
  ['maxClients', { maxClients: 0 }],
  ['maxClients', { maxClients: 1.5 }],
  ['statistics', { statistics: {} }],
  ['kinds', { kinds: ['spans'] }],
  ['window', { window: 0 }],
  ['window', { window: Number.NaN }],
  ['every', { every: -1 }],
  ['every', { every: 2_000, window: 1_000 }],
  ['maxBuffered', { maxBuffered: 0 }],
  ['dropAfter', { dropAfter: Infinity }],
  ['tokn', { tokn: 'a' }],
];

describe('options of the live stream', () => {
  it.each(wrong)('wrong ones are refused at once: %s %j', (name, options) => {
    const error = errorOf(() => liveHandler(obs, options));
    expect(error.issues.map(({ path }) => path)).toEqual([`liveHandler.${name}`]);
    expect(errorOf(() => void startLiveServer(options)).issues.map(({ path }) => path)).toEqual([`startLiveServer.${name}`]);
  });

  it('all wrong ones are named at once, and what was meant', () => {
    const { issues } = errorOf(() => liveHandler(obs, { maxClients: 0, tokn: 'x' } as object));
    expect(issues.map(({ path, suggestion }) => [path, suggestion])).toEqual([['liveHandler.maxClients', undefined], ['liveHandler.tokn', 'token']]);
  });

  it('no message tells a token', () => {
    for (const token of ['open sesame', ['a b']]) expect(errorOf(() => liveHandler(obs, { token })).message).not.toMatch(/sesame|a b/);
  });

  it('what is no manager, or no object, is refused', () => {
    for (const other of [undefined, null, {}, 'obs']) expect(() => liveHandler(other as never)).toThrow(ConfigurationError);
    for (const other of [null, 'token', 3]) expect(() => liveHandler(obs, other as never)).toThrow(ConfigurationError);
    expect(() => void startLiveServer({ obs: {} as never })).toThrow(ConfigurationError);
  });

  it.each([['0.0.0.0'], ['::'], ['192.168.1.7'], ['example.com']])('a server for others needs a token: %s', (host) => {
    expect(errorOf(() => void startLiveServer({ host })).message).toContain('token');
  });

  it.each([[{ port: -1 }], [{ port: 65_536 }], [{ port: 1.5 }], [{ port: '80' as never }], [{ host: '' }], [{ host: 'http://x' }]])('a server needs an address: %j', (options) => {
    expect(() => void startLiveServer(options)).toThrow(ConfigurationError);
  });
});
