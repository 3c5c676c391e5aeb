import * as core from '@sentry/core';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { importSentryClient } from '../../../src/core/sinks/sentry/import-sentry-client.ts';
import type { NoSentryClient, SentryClientClass } from '../../../src/core/sinks/sentry/import-sentry-client.ts';
import { sentrySinkFactory } from '../../../src/core/sinks/sentry/sentry-sink-factory.ts';
import type { SentryHost, SentrySinkOptions } from '../../../src/core/sinks/sentry/sentry-sink-factory.ts';
import type { Signal } from '../../../src/core/signal.ts';
import type { Sink, WriteContext } from '../../../src/core/sink.ts';
import { createTestClock } from '../../../src/core/testing/test-clock.ts';
import { errorSignal, logSignal, spanSignal } from '../../helpers/signals.ts';
import { recordedHttp } from '../../helpers/recorded-http.ts';
import type { RecordedHttp, RecordedHttpOptions } from '../../helpers/recorded-http.ts';
import { eventIn, readEnvelope } from '../sentry-envelope.ts';
import { sentryEventFaults } from '../sentry-event-faults.ts';

const dsn = 'https://publickey@o1.ingest.sentry.io/42';
const Client = core.Client as unknown as SentryClientClass;
const notNow = (): Promise<never> => new Promise(() => undefined);
const context: WriteContext = { abortSignal: new AbortController().signal, leaving: false };
const going: WriteContext = { ...context, leaving: true };

interface Setup extends RecordedHttpOptions {
  readonly host?: Partial<SentryHost>;
  readonly options?: SentrySinkOptions;
  readonly load?: () => Promise<SentryClientClass | NoSentryClient>;
}

function setup({ host, options, load = async () => Client, ...http }: Setup = {}): RecordedHttp & { readonly sink: Sink } {
  const recorded = recordedHttp(http);
  const sink = sentrySinkFactory({ ...recorded.host, platform: 'node', ...host }, load)({ dsn, ...options });
  sink.configure?.({ development: false, resource: {}, warn: (message) => void (recorded.warnings as string[]).push(message) });
  return { ...recorded, sink };
}

/** Everything a full error has. */
const whole = errorSignal({
  context: { order: 7 },
  tags: { plan: 'gold' },
  breadcrumbs: [{ category: 'log', message: 'half a pair \ud83d', timestamp: 1_700_000_000_000, level: 'info', attributes: {} }],
  recording: [spanSignal(), logSignal()],
});

describe('the Sentry sink', () => {
  it('wants errors and captured messages, and nothing else', () => {
    const { sink } = setup();
    const wants = (signal: Signal): boolean => sink.accepts!(signal);
    expect([errorSignal(), logSignal({ name: 'message' }), logSignal(), logSignal({ name: 'console' }), spanSignal()].map(wants)).toEqual([true, true, false, false, false]);
  });

  it('posts each to the project, as Node does', async () => {
    const { sink, requests } = setup();
    await sink.write([errorSignal(), logSignal({ name: 'message' })], context);
    expect(requests.map(({ url }) => url)).toEqual(
      Array(2).fill('https://o1.ingest.sentry.io/api/42/envelope/?sentry_version=7&sentry_key=publickey&sentry_client=arkhe.javascript.node%2F0.1.0'),
    );
    expect(requests[0]!.headers).toEqual({ 'content-type': 'application/x-sentry-envelope' });
    expect(requests.map(({ body }) => eventIn(body).event_id)).toEqual(['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210']);
  });

  it('posts them from a page so that no permission has to be asked', async () => {
    const { sink, requests } = setup({ host: { platform: 'javascript' } });
    await sink.write([errorSignal()], context);
    expect(requests[0]!.headers).toEqual({ 'content-type': 'text/plain;charset=UTF-8' });
    expect(requests[0]!.url).toContain('&sentry_client=sentry.javascript.browser%2F');
  });

  it('tells a tunnel where the event is to go, and nobody else', async () => {
    const tunnelled = setup({ options: { tunnel: 'https://shop.test/tunnel' } });
    await tunnelled.sink.write([errorSignal()], context);
    expect(tunnelled.requests[0]!.url).toBe('https://shop.test/tunnel');
    expect(readEnvelope(tunnelled.requests[0]!.body).header['dsn']).toBe(dsn);
    const direct = setup();
    await direct.sink.write([errorSignal()], context);
    expect(readEnvelope(direct.requests[0]!.body).header).not.toHaveProperty('dsn');
  });

  it('attaches what the flight recorder had', async () => {
    const { sink, requests } = setup();
    await sink.write([whole], context);
    const [event, attachment] = readEnvelope(requests[0]!.body).items;
    expect(event!.content).not.toHaveProperty('recording');
    expect(attachment!.header).toMatchObject({ type: 'attachment', filename: 'flight-recording.json', content_type: 'application/json' });
    expect(attachment!.content).toEqual(JSON.parse(JSON.stringify(whole.recording)));
  });

  it('goes on without a signal that cannot be read', async () => {
    const { sink, requests } = setup();
    const broken = errorSignal({ context: { count: 1n } });
    expect(await sink.write([broken, errorSignal()], context)).toMatchObject({ rejected: 1 });
    expect(requests.length).toBe(1);
  });
});

describe("Sentry's client", () => {
  it('is loaded once a manager uses the sink, not before', () => {
    let loads = 0;
    const load = (): Promise<never> => (loads++, notNow());
    const sink = sentrySinkFactory({ ...recordedHttp().host, platform: 'node' }, load)({ dsn });
    expect(loads).toBe(0);
    const settings = { development: false, resource: {}, warn: () => undefined };
    sink.configure?.(settings);
    sink.configure?.(settings);
    expect(loads).toBe(1);
  });

  it('makes the envelope that the sink makes without it', async () => {
    const clock = createTestClock(Date.now());
    const own = setup({ host: { clock }, load: async () => ({ missing: false }) });
    const theirs = setup({ host: { clock } });
    await own.sink.write([whole], context);
    await theirs.sink.write([whole], context);
    const [ours, sentrys] = [own, theirs].map(({ requests }) => readEnvelope(requests[0]!.body));
    const { integrations, ...sdk } = sentrys!.items[0]!.content.sdk;
    expect(integrations).toEqual([]);
    expect({ ...ours, header: { ...ours!.header, sent_at: '' } }).toEqual({
      header: { ...sentrys!.header, sent_at: '' },
      items: [{ ...sentrys!.items[0]!, content: { ...sentrys!.items[0]!.content, sdk } }, sentrys!.items[1]!],
    });
    expect(sentryEventFaults(sentrys!.items[0]!.content)).toEqual([]);
  });

  it('leaves no trace in the process', async () => {
    const events = ['beforeExit', 'exit', 'uncaughtException', 'unhandledRejection'];
    // Of the package itself, if something before has made it write it.
    Reflect.deleteProperty(globalThis, '__SENTRY__');
    const traces = (): unknown => [Object.getOwnPropertyNames(globalThis), events.map((name) => process.listeners(name as 'exit')), console.log, globalThis.fetch];
    const before = traces();
    const { sink } = setup({ load: importSentryClient });
    await sink.write([whole], context);
    await sink.close?.();
    expect(traces()).toEqual(before);
  });

  it('takes nothing from the scopes of the host', async () => {
    const scope = core.getGlobalScope();
    scope.setTag('host', 'tag').setUser({ email: 'host@secret.test' }).addEventProcessor((event) => ({ ...event, extra: { host: true } }));
    const { sink, requests } = setup();
    await sink.write([errorSignal()], context);
    scope.setTags({}).setUser(null);
    expect(eventIn(requests[0]!.body)).not.toMatchObject({ user: expect.anything() });
    expect(new TextDecoder().decode(requests[0]!.body)).not.toMatch(/host/);
  });

  it('is waited for', async () => {
    let arrive: (client: SentryClientClass) => void = () => undefined;
    const { sink, requests } = setup({ load: () => new Promise((resolve) => (arrive = resolve)) });
    const written = sink.write([errorSignal()], context);
    expect(requests.length).toBe(0);
    arrive(Client);
    await written;
    expect(eventIn(requests[0]!.body).sdk.integrations).toEqual([]);
  });

  it('is not waited for by who leaves', () => {
    const { sink, requests } = setup({ load: notNow });
    void sink.write([errorSignal()], going);
    expect(requests).toMatchObject([{ leaving: true }]);
    expect(sentryEventFaults(eventIn(requests[0]!.body))).toEqual([]);
  });

  it('is waited for no longer when the host begins to leave', () => {
    const leaving$ = new Subject<unknown>();
    const { sink, requests } = setup({ load: notNow, host: { leaving$ } });
    void sink.write([errorSignal()], context);
    expect(requests.length).toBe(0);
    leaving$.next('exit');
    expect(requests).toMatchObject([{ leaving: true }]);
    expect(leaving$.observed).toBe(false);
  });

  it('comes too late for what was given up meanwhile', async () => {
    const controller = new AbortController();
    let arrive: (client: SentryClientClass) => void = () => undefined;
    const { sink, requests } = setup({ load: () => new Promise((resolve) => (arrive = resolve)) });
    const written = Promise.resolve(sink.write([errorSignal()], { ...context, abortSignal: controller.signal }));
    controller.abort();
    arrive(Client);
    await expect(written).rejects.toThrow('aborted');
    expect(requests.length).toBe(0);
  });

  it('keeps nothing waiting when the sink is closed', async () => {
    const leaving$ = new Subject<unknown>();
    const { sink, closed } = setup({ load: notNow, host: { leaving$ } });
    void sink.write([errorSignal()], context);
    await sink.close?.();
    expect([leaving$.observed, closed()]).toEqual([false, 1]);
  });

  it('that could not be reached this time is done without', async () => {
    const { sink, requests, warnings } = setup({ load: async () => ({ missing: false }) });
    await sink.write([errorSignal()], context);
    expect([requests.length, warnings]).toEqual([1, []]);
  });

  it.each<[string, () => Promise<SentryClientClass | NoSentryClient>]>([
    ['is missing', async () => ({ missing: true })],
    ['is of a version that is built otherwise', async () => class { constructor() { throw new TypeError('other options'); } } as never],
  ])('that %s is asked for once, with the command that installs it', async (_, load) => {
    const printed: string[] = [];
    const { sink, requests, warnings } = setup({ load, host: { print: (text) => printed.push(text) } });
    expect(await sink.write([errorSignal(), errorSignal()], context)).toMatchObject({ rejected: 2 });
    expect(await sink.write([errorSignal()], going)).toMatchObject({ rejected: 1 });
    expect(requests.length).toBe(0);
    expect(warnings).toEqual([expect.stringMatching(/@sentry\/core \(11\.12\.0 or later\).*npm install @sentry\/core$/)]);
    expect(printed).toEqual([`sentry: ${warnings[0]}`]);
  });

  it('whose class answers otherwise is done without', async () => {
    const { sink, requests } = setup({ load: async () => class { sendEvent(): void {} } });
    await sink.write([errorSignal()], context);
    expect(sentryEventFaults(eventIn(requests[0]!.body))).toEqual([]);
  });
});

describe('an event that is too long', () => {
  const long = 'x'.repeat(4_000);
  const huge = errorSignal({
    error: { type: 'RangeError', message: 'too much', stack: 'RangeError: too much\n    at pay (/app/pay.js:3:7)', cause: undefined, errors: undefined },
    context: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`field ${index}`, long])),
    breadcrumbs: Array.from({ length: 50 }, (_, index) => ({ category: 'log', message: `step ${index}`, timestamp: 1_700_000_000_000, level: 'info' as const, attributes: {} })),
  });

  it('is shortened, but for the error and its stack', async () => {
    const { sink, requests } = setup();
    await sink.write([huge], context);
    const { body } = requests[0]!;
    expect(body.length).toBeLessThan(900_000);
    const event = eventIn(body);
    expect(sentryEventFaults(event)).toEqual([]);
    expect(event).toMatchObject({ tags: { shortened: 'true' }, exception: { values: [{ type: 'RangeError', value: 'too much', stacktrace: { frames: [{ function: 'pay' }] } }] } });
    expect(event.breadcrumbs.map(({ message }: { message: string }) => message)).toEqual(Array.from({ length: 10 }, (_, index) => `step ${index + 40}`));
  });

  it('fits into what may outlive a page', async () => {
    const { sink, requests } = setup({ maxBodyBytes: 30 * 1_024, load: notNow, host: { platform: 'javascript' } });
    const deep = { ...huge, attributes: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`a${index}`, long])) };
    void sink.write([deep], going);
    expect(requests[0]!.body.length).toBeLessThanOrEqual(30 * 1_024);
    expect(eventIn(requests[0]!.body).exception.values[0].value).toBe('too much');
  });

  it('goes without what is attached, first of all', async () => {
    const recording = Array.from({ length: 2_000 }, () => logSignal({ message: long }));
    const { sink, requests } = setup();
    await sink.write([errorSignal({ recording })], context);
    const { items } = readEnvelope(requests[0]!.body);
    expect(items.map(({ header }) => header['type'])).toEqual(['event']);
    expect(items[0]!.content.tags).toEqual({});
  });

  it('that cannot be made to fit is said to be too large', async () => {
    const tags = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`tag${index}`, 'x'.repeat(150)]));
    const { sink } = setup();
    await expect(sink.write([errorSignal({ tags })], context)).rejects.toMatchObject({ tooLarge: true });
  });
});
