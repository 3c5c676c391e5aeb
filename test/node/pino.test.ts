// What the real pino writes, in its own ways of being set up.
import { createRequire } from 'node:module';
import { pino } from 'pino';
import type { DestinationStream, Logger, LoggerOptions } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError, createObservability, getObservabilityManager, memorySink } from '#sdk';
import type { LogSignal, ObservabilityOptions, Sink } from '#sdk';
import { pinoStream } from '../../src/node/pino-stream.ts';
import { processWide } from '../../src/core/process-wide.ts';
import { recorded } from '../helpers/recorded.ts';
import type { Recorded } from '../helpers/recorded.ts';

const require = createRequire(import.meta.url);
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

type Bench = ReturnType<typeof recorded> & { readonly logger: Logger; readonly log: () => LogSignal };

function logging(options: LoggerOptions<never> = {}, given: ObservabilityOptions = {}): Bench {
  const all = recorded(given);
  return { ...all, logger: pino(options, pinoStream({ obs: all.obs })) as Logger, log: () => all.only('log') };
}

/** What the application gave, without what the resource adds. */
function own({ attributes }: LogSignal): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !key.startsWith('service.') && !key.startsWith('telemetry.')));
}

describe('a line of pino', () => {
  it('is a log signal with what was logged, and when', () => {
    const { logger, log } = logging();
    const before = Date.now();
    logger.info({ orderId: 7, paid: true, tags: ['a', 'b'], user: { name: 'Ann' } }, 'order %s placed', 'seven');
    expect(log()).toMatchObject({ kind: 'log', name: 'pino', message: 'order seven placed', level: 'info', severityNumber: 9 });
    expect(log().eventId).toMatch(/^[0-9a-f]{32}$/);
    expect(log().timestamp).toBeGreaterThanOrEqual(before);
    expect(log().timestamp).toBeLessThanOrEqual(Date.now());
    // Neither the level, the time and the message once more, nor pid and hostname.
    expect(own(log())).toMatchObject({ orderId: 7, paid: true, tags: ['a', 'b'], user: '{"name":"Ann"}' });
    for (const key of ['level', 'time', 'msg', 'pid', 'hostname']) expect(log().attributes).not.toHaveProperty(key);
  });

  it.each([
    ['trace', 'trace', 1],
    ['debug', 'debug', 5],
    ['info', 'info', 9],
    ['warn', 'warn', 13],
    ['error', 'error', 17],
    ['fatal', 'fatal', 21],
  ] as const)('at %s has the severity %s', (method, level, severityNumber) => {
    const { logger, log } = logging({ level: 'trace' });
    logger[method]('said');
    expect(log()).toMatchObject({ message: 'said', level, severityNumber });
    expect(log().attributes).not.toHaveProperty('pino.level');
  });

  it('below the level of the logger is none', () => {
    const { logger, signals } = logging({ level: 'warn' });
    logger.info('not wanted');
    expect(signals).toEqual([]);
  });

  it('has the bindings of the logger and of its children', () => {
    const { logger, log } = logging({ name: 'shop', base: { region: 'eu' } });
    const child = logger.child({ module: 'cart' }).child({ orderId: 7 }, { msgPrefix: '[cart] ' });
    child.warn({ item: 'book' }, 'nearly sold out');
    expect(log().message).toBe('[cart] nearly sold out');
    expect(own(log())).toMatchObject({ name: 'shop', region: 'eu', module: 'cart', orderId: 7, item: 'book' });
  });

  it('keeps what only looks like a field of pino itself', () => {
    const { logger, log } = logging();
    logger.info({ pid: 77, hostname: 'db.example', level: 'high', time: 'tea' }, 'of the application');
    expect(own(log())).toMatchObject({ pid: 77, hostname: 'db.example', level: 'high', time: 'tea' });
    expect(log()).toMatchObject({ message: 'of the application', level: 'info' });
  });

  it('without a message has an empty one', () => {
    const { logger, log } = logging();
    logger.info({ orderId: 7 });
    expect(log().message).toBe('');
    expect(own(log())).toMatchObject({ orderId: 7 });
  });
});

describe('a level of the application', () => {
  it.each([
    ['notice', 35, 'info', 9],
    ['silly', 5, 'trace', 1],
    ['alert', 70, 'fatal', 21],
  ] as const)('%s (%i) is the severity at or below it: %s', (name, number, level, severityNumber) => {
    const { logger, log } = logging({ customLevels: { [name]: number }, level: name } as LoggerOptions<never>);
    (logger as unknown as Record<string, (text: string) => void>)[name]!('said');
    expect(log()).toMatchObject({ level, severityNumber });
    expect(log().attributes).toMatchObject({ 'pino.level': name });
    expect(log().attributes).not.toHaveProperty('level');
  });

  it('with the name of a severity is that one, whatever its number', () => {
    const options = { customLevels: { error: 1, info: 2 }, useOnlyCustomLevels: true, level: 'info', levelComparison: 'DESC' } as const;
    const { logger, log } = logging(options as unknown as LoggerOptions<never>);
    logger.error('said');
    expect(log()).toMatchObject({ level: 'error', severityNumber: 17 });
  });

  it.each([
    ['its label', (label: string) => ({ level: label }), {}],
    ['its label in capitals', (label: string) => ({ level: label.toUpperCase() }), {}],
    ['another name', (label: string) => ({ severity: label.toUpperCase() }), { severity: 'WARN' }],
  ])('is known where formatters.level writes %s', (_, level, kept) => {
    const { logger, log } = logging({ formatters: { level } });
    logger.warn('said');
    expect(log()).toMatchObject({ level: 'warn', severityNumber: 13, attributes: kept });
    expect(log().attributes).not.toHaveProperty('level');
  });
});

describe('the time of pino', () => {
  const instant = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  it.each([
    ['milliseconds', `,"time":${instant}`, instant],
    ['seconds', `,"time":${Math.round(instant / 1_000)}`, Math.round(instant / 1_000) * 1_000],
    ['a date', `,"time":"${new Date(instant).toISOString()}"`, instant],
    ['a date with nanoseconds', ',"time":"2026-01-02T03:04:05.678912345Z"', instant],
    ['another name', `,"@timestamp":"${new Date(instant).toISOString()}"`, instant],
  ])('is read as %s', (_, text, expected) => {
    const { logger, log } = logging({ timestamp: () => text });
    logger.info('said');
    expect(log().timestamp).toBe(expected);
    expect(log().attributes).not.toHaveProperty('time');
    expect(log().attributes).not.toHaveProperty('@timestamp');
  });

  it.each([
    ['left out', false],
    ['no time', () => ',"time":"noon"'],
  ] as const)("is the manager's where it is %s", (_, timestamp) => {
    const { logger, log, clock } = logging({ timestamp: timestamp as false });
    clock.advance(1_234);
    logger.info('said');
    expect(log().timestamp).toBe(clock.now());
  });

  it.each(['epochTime', 'unixTime', 'isoTime', 'isoTimeNano'] as const)("is pino's own %s", (name) => {
    const { logger, log } = logging({ timestamp: pino.stdTimeFunctions[name]! });
    logger.info('said');
    expect(Math.abs(log().timestamp - Date.now())).toBeLessThan(5_000);
    expect(log().attributes).not.toHaveProperty('time');
  });
});

describe('an error', () => {
  const broken = (): Error => Object.assign(new TypeError('broken', { cause: new Error('the reason') }), { code: 'E_BROKEN' });

  it.each([
    ['alone', (logger: Logger, error: Error) => logger.error(error), 'err'],
    ['with a message', (logger: Logger, error: Error) => logger.error(error, 'said'), 'err'],
    ['as err', (logger: Logger, error: Error) => logger.error({ err: error, orderId: 7 }, 'said'), 'err'],
    ['of a child', (logger: Logger, error: Error) => logger.child({ err: error }).error('said'), 'err'],
  ])('logged %s is an exception as the conventions have it', (_, write, key) => {
    const { logger, log } = logging();
    write(logger, broken());
    expect(log().attributes).toMatchObject({ 'exception.type': 'TypeError', [`${key}.code`]: 'E_BROKEN' });
    expect(log().attributes['exception.message']).toContain('broken');
    expect(log().attributes['exception.stacktrace']).toContain('pino.test.ts');
    expect(log().attributes['exception.stacktrace']).toContain('the reason');
    expect(log().attributes).not.toHaveProperty(key);
    expect(log().message).toMatch(/said|broken/);
  });

  it('under a name that pino does not know is one as well', () => {
    const { logger, log } = logging();
    logger.error({ error: broken() }, 'said');
    expect(own(log())).toMatchObject({ 'exception.type': 'TypeError', 'exception.message': 'broken', 'error.code': 'E_BROKEN' });
    expect(log().attributes['exception.stacktrace']).toContain('Caused by: Error: the reason');
  });

  it('under errorKey is one', () => {
    const { logger, log } = logging({ errorKey: 'failure' });
    logger.error(broken(), 'said');
    expect(own(log())).toMatchObject({ 'exception.type': 'TypeError', 'failure.code': 'E_BROKEN' });
    expect(log().attributes).not.toHaveProperty('failure');
  });

  it.each([
    ['a serializer', { serializers: { err: (error: { code: string }) => error.code } }, { err: 'E_BROKEN' }],
    ['redaction', { redact: ['err'] }, { err: '[Redacted]' }],
  ])('is what %s makes of it', (_, options, expected) => {
    const { logger, log } = logging(options as LoggerOptions<never>);
    logger.error({ err: broken() }, 'said');
    expect(own(log())).toMatchObject(expected);
    expect(JSON.stringify(own(log()))).not.toContain('exception');
  });

  it.each([
    ['a serializer', { serializers: { error: () => ({ hidden: true }) } }],
    ['redaction', { redact: { paths: ['error.message'], remove: true } }],
    ['redaction of anything', { redact: ['*.message'] }],
    ['formatters.log', { formatters: { log: () => ({ error: {} }) } }],
  ])('that pino cannot write is not read past %s', (_, options) => {
    const { logger, log } = logging(options as LoggerOptions<never>);
    logger.error({ error: new Error('my s3cr3t') }, 'said');
    expect(JSON.stringify(log())).not.toContain('s3cr3t');
  });
});

describe('the options of pino hold', () => {
  it('redact, serializers and formatters', () => {
    const { logger, log } = logging({
      redact: ['card.number', 'note'],
      serializers: { user: ({ id }: { id: number }) => `user ${id}` },
      formatters: { bindings: () => ({ bound: true }), log: (fields: object) => ({ ...fields, formatted: true }) },
    });
    logger.info({ card: { number: '4111', holder: 'Ann' }, note: 'mine', user: { id: 7, email: 'ann@shop.example' } }, 'said');
    expect(own(log())).toMatchObject({
      card: '{"number":"[Redacted]","holder":"Ann"}',
      note: '[Redacted]',
      user: 'user 7',
      bound: true,
      formatted: true,
    });
    expect(JSON.stringify(log())).not.toMatch(/4111|mine|ann@/);
  });

  it('messageKey', () => {
    const { logger, log } = logging({ messageKey: 'message' });
    logger.child({}).info({ msg: 'a field' }, 'said');
    expect(log().message).toBe('said');
    expect(own(log())).toMatchObject({ msg: 'a field' });
    expect(log().attributes).not.toHaveProperty('message');
  });

  it('nestedKey', () => {
    const { logger, log } = logging({ nestedKey: 'payload' });
    logger.child({ module: 'cart' }).error({ orderId: 7, level: 'high', err: Object.assign(new RangeError('broken'), { code: 'E' }) }, 'said');
    expect(own(log())).toMatchObject({
      module: 'cart',
      'payload.orderId': 7,
      'payload.level': 'high',
      'exception.type': 'RangeError',
      'exception.message': 'broken',
      'payload.err.code': 'E',
    });
    expect(log()).toMatchObject({ message: 'said', level: 'error' });
  });

  it('of each of two loggers that share a stream', () => {
    const { obs, ofKind } = recorded();
    const stream = pinoStream({ obs });
    const [one, other] = [pino({ messageKey: 'a', errorKey: 'x' }, stream), pino({ messageKey: 'b', errorKey: 'y' }, stream)];
    one.info('one');
    other.error(new Error('other'));
    one.info('one again');
    expect(ofKind('log').map(({ message }) => message)).toEqual(['one', 'other', 'one again']);
    expect(ofKind('log')[1]!.attributes).toMatchObject({ 'exception.message': 'other' });
  });

  it('of each of two copies of pino that share a stream', () => {
    const { obs, ofKind } = recorded();
    const stream = pinoStream({ obs });
    const { cache, resolve } = require;
    const copy = (): typeof pino => {
      delete cache[resolve('pino')];
      for (const name of Object.keys(cache)) if (/[/\\]pino[/\\]lib[/\\]/.test(name)) delete cache[name];
      return (require('pino') as { pino: typeof pino }).pino;
    };
    const [one, other] = [copy()({ messageKey: 'a' }, stream), copy()({ messageKey: 'b' }, stream)];
    one.info('one');
    other.info('other');
    one.info('one again');
    expect(pino.symbols.messageKeySym in one || one.constructor === other.constructor).toBe(false);
    expect(ofKind('log').map(({ message }) => message)).toEqual(['one', 'other', 'one again']);
  });

  it('mixin and crlf', () => {
    const { logger, log } = logging({ mixin: () => ({ mixed: 'in' }), crlf: true });
    logger.info('said');
    expect(own(log())).toMatchObject({ mixed: 'in' });
  });
});

describe('the trace and the request of where it is logged', () => {
  const ways: readonly (readonly [string, (stream: DestinationStream) => Logger])[] = [
    ['with the options of pino', (stream) => pino(stream)],
    ['with multistream', (stream) => pino({}, pino.multistream([{ level: 'trace', stream }]))],
    ['with multistream that has others', (stream) => pino({}, pino.multistream([{ stream: { write: () => undefined } }, { stream }], { dedupe: false }))],
  ];

  it.each(ways)('are on the signal, %s', async (_, make) => {
    const { obs, ofKind, only, signals } = recorded();
    const logger = make(pinoStream({ obs }));
    await obs.traceRequest('GET', '/orders', {}, async () => {
      logger.info('before');
      await new Promise((resolve) => setImmediate(resolve));
      logger.child({ later: true }).info('after');
    });
    logger.info('outside');
    const { requestId } = only('request');
    const { trace } = only('span');
    expect(signals).not.toEqual([]);
    expect(ofKind('log').map((log) => [log.message, log.requestId, log.trace?.traceId, log.trace?.spanId])).toEqual([
      ['before', requestId, trace.traceId, trace.spanId],
      ['after', requestId, trace.traceId, trace.spanId],
      ['outside', undefined, undefined, undefined],
    ]);
  });

  it('is known beside the level that multistream asks of a stream', () => {
    const { obs, ofKind } = recorded();
    const streams = pino.multistream([{ level: 'warn', stream: pinoStream({ obs }) }]);
    const logger = pino({ level: 'trace', formatters: { level: (label) => ({ level: label }) } }, streams);
    logger.info('not wanted');
    logger.error({ orderId: 7 }, 'wanted');
    expect(ofKind('log').map(({ message, level }) => [message, level])).toEqual([['wanted', 'error']]);
    streams.end();
  });
});

describe('what is no line of pino', () => {
  function written(chunk: unknown): LogSignal {
    const { obs, only, health } = recorded();
    pinoStream({ obs }).write(chunk as string);
    expect(health).toEqual([]);
    return only('log');
  }

  it.each([
    ['a text', 'listening on 80\n', 'listening on 80'],
    ['half a line', '{"level":30,"msg":"ha\n', '{"level":30,"msg":"ha'],
    ['an array', '[1,2]', '[1,2]'],
    ['a number', '7\n', '7'],
    ['null', 'null', 'null'],
    ['nothing', '', ''],
    ['no text', undefined, 'undefined'],
    ['bytes', Buffer.from('bytes'), 'bytes'],
  ])('is a message by itself: %s', (_, chunk, message) => {
    expect(written(chunk)).toMatchObject({ message, level: 'info', severityNumber: 9 });
  });

  it.each([
    [{ level: 50, time: 1_700_000_000_000, msg: 'said', a: 1 }, 'error', 1_700_000_000_000],
    [{ level: 'warn', time: '2026-01-02T03:04:05.678Z', msg: 'said', a: 1 }, 'warn', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
  ])('but has its form is read by the names that pino gives: %j', (line, level, timestamp) => {
    const log = written(`${JSON.stringify(line)}\n`);
    expect(log).toMatchObject({ message: 'said', level, timestamp, attributes: { a: 1 } });
    for (const key of ['level', 'time', 'msg']) expect(log.attributes).not.toHaveProperty(key);
  });

  it('does not get what pino said of the line before', () => {
    const { obs, logger, ofKind } = logging();
    const stream = pinoStream({ obs });
    pino(stream).fatal('of pino');
    stream.write('of another');
    logger.info('of pino again');
    expect(ofKind('log').map(({ level }) => level)).toEqual(['fatal', 'info', 'info']);
  });

  it('keeps the level of a line that a hook has changed', () => {
    const { logger, log } = logging({ hooks: { streamWrite: (line: string) => `>> ${line}` } });
    logger.error('said');
    expect(log().message).toMatch(/^>> \{"level":50/);
    expect(log().level).toBe('error');
  });

  it('is bounded', () => {
    const { logger, log } = logging();
    logger.info({ long: 'x'.repeat(1_000_000), ...Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, index])) }, 'y'.repeat(1_000_000));
    expect(log().message.length).toBeLessThan(5_000);
    expect(String(log().attributes['long']).length).toBeLessThan(5_000);
    expect(Object.keys(log().attributes).length).toBeLessThan(150);
  });

  it('changes no prototype', () => {
    const log = written('{"level":30,"msg":"said","__proto__":{"polluted":true},"constructor":"x"}');
    expect(Object.getPrototypeOf(log.attributes)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBe(undefined);
  });

  it('is nothing that throws into pino', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        getPrototypeOf: () => {
          throw new Error('no');
        },
      },
    );
    const { obs, ofKind } = recorded();
    const stream = pinoStream({ obs });
    Object.assign(stream, { lastLevel: hostile, lastTime: hostile, lastObj: hostile, lastLogger: hostile });
    expect(() => stream.write('{"level":30,"msg":"said"}')).not.toThrow();
    expect(() => stream.write({ toString: () => { throw new Error('no'); } } as unknown as string)).not.toThrow();
    stream.write('{"level":30,"msg":"after"}');
    expect(ofKind('log').at(-1)).toMatchObject({ message: 'after' });
  });
});

describe('which manager gets the line', () => {
  const write = (logger: Logger): void => logger.info('said');

  it('is the process-wide one of that moment, and none is made', async () => {
    const logger = pino(pinoStream());
    write(logger);
    expect(processWide().handle).toBe(undefined);
    const sink = memorySink();
    const obs = getObservabilityManager({ sinks: [sink], sources: false });
    undo.push(() => obs.shutdown());
    write(logger);
    await obs.flush();
    expect(sink.signals.map(({ kind }) => kind)).toEqual(['log']);
    await obs.shutdown();
    expect(() => write(logger)).not.toThrow();
  });

  it('is the one that is named', () => {
    const { logger, only } = logging();
    write(logger);
    expect(only('log').message).toBe('said');
  });

  it.each([[{}], ['obs'], [null]])('is none: %j', (obs) => {
    expect(() => pinoStream({ obs: obs as never })).toThrow(ConfigurationError);
  });

  it('does not read it when it is switched off', () => {
    const obs = createObservability({ enabled: false, sinks: [] });
    let read = 0;
    pinoStream({ obs }).write({ toString: () => ((read += 1), '{}') } as unknown as string);
    expect(read).toBe(0);
  });
});

describe('nothing goes round', () => {
  /** A manager with a sink that logs what it is given. */
  function observed(make: (logger: () => Logger) => Sink): { readonly all: Recorded; readonly logger: Logger; flush(): Promise<unknown> } {
    let logger: Logger | undefined;
    const obs = createObservability({ sources: false, sinks: [make(() => logger!)] });
    undo.push(() => obs.shutdown());
    logger = pino(pinoStream({ obs })) as Logger;
    const messages: LogSignal[] = [];
    obs.logs$.subscribe((log) => messages.push(log));
    return { all: { ofKind: () => messages } as unknown as Recorded, logger, flush: () => obs.flush() };
  }

  it('from a sink that logs', async () => {
    let writes = 0;
    const { all, logger, flush } = observed((get) => ({
      name: 'logging',
      async write(batch) {
        writes += 1;
        get().info(`sending ${batch.length}`);
        await Promise.resolve();
        get().info('sent');
      },
    }));
    logger.info('said');
    await flush();
    await flush();
    expect(writes).toBe(1);
    expect(all.ofKind('log')).toHaveLength(1);
  });

  it("from another manager's sink", async () => {
    const { obs: other, ofKind } = recorded();
    const second = pino(pinoStream({ obs: other }));
    const { logger, flush } = observed(() => ({ name: 'logging', write: () => void second.info('sending') }));
    logger.info('said');
    await flush();
    expect(ofKind('log')).toEqual([]);
  });

  it.each([
    ['at once', (say: () => void) => say()],
    ['later', (say: () => void) => void Promise.resolve().then(say)],
  ])('from a subscriber that logs what it is told, %s', async (_, when) => {
    const { obs, logger, ofKind } = logging();
    let told = 0;
    obs.signals$.subscribe(() => {
      told += 1;
      if (told < 100) when(() => logger.info('I was told'));
    });
    logger.info('said');
    await new Promise((resolve) => setImmediate(resolve));
    expect(ofKind('log').map(({ message }) => message)).toEqual(['said']);
  });
});
