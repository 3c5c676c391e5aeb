import { ConfigurationError, uncaughtErrors } from '#sdk';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rejectionMode } from '../../src/node/sources/rejection-mode.ts';
import { createCrashRunner } from '../helpers/crashing-process.ts';
import type { Crash, CrashRunner, Program } from '../helpers/crashing-process.ts';
import { hang, refusingUrl } from '../helpers/fault-server.ts';

let runner: CrashRunner;

beforeAll(async () => {
  runner = await createCrashRunner();
}, 60_000);
afterAll(() => runner.dispose());

const patience = { timeout: 120_000 };

/** A module that observes itself first. The error has its line, which is printed. */
const esm = (body: string, flags: readonly string[] = []): Program => ({
  files: { 'main.mjs': `import { observe } from './sdk.mjs';\nconst obs = observe();\n${body}\n` },
  flags,
});
const cjs = (body: string, flags: readonly string[] = []): Program => ({
  files: { 'main.cjs': `const { observe } = require('./sdk.cjs');\nconst obs = observe();\n${body}\n` },
  flags,
});
const mode = (name: string): readonly string[] => [`--unhandled-rejections=${name}`];

/** Says something that both runs say. */
const say = (text: string): string => `require('node:fs').writeSync(1, 'said:${text}\\n')`;

/** `type: message level mechanism`. */
const toldBy = ({ told }: Crash): readonly string[] =>
  told.map(({ type, message, level, mechanism }) => `${type}: ${message.split('\n')[0]} | ${level} | ${mechanism}`);
const deliveredBy = ({ delivered }: Crash): readonly string[] =>
  delivered.map(({ attributes, severityText }) => `${String(attributes['exception.type'])}: ${String(attributes['exception.message']).split('\n')[0]} | ${severityText.toLowerCase()}`);

/** That the process ends as it would have, and that what it told arrived. */
function expectSame(crash: Crash, ...expected: readonly string[]): void {
  expect(crash.observed).toEqual(crash.unobserved);
  expectTold(crash, ...expected);
}

/** The same, where the error is thrown by a listener that is not alone: Node calls one of many in another line than the only one. */
function expectSameButForTheLine({ observed, unobserved, ...crash }: Crash, ...expected: readonly string[]): void {
  const anyLine = ({ stderr, ...death }: Crash['observed']): object => ({ ...death, stderr: stderr.replaceAll(/(?<=process\.emit \(node:events:)[\d:]+/g, '…') });
  expect(anyLine(observed)).toEqual(anyLine(unobserved));
  if (expected.length > 0) expectTold({ observed, unobserved, ...crash }, ...expected);
}

function expectTold(crash: Crash, ...expected: readonly string[]): void {
  expect(toldBy(crash)).toEqual(expected);
  expect(deliveredBy(crash)).toEqual(expected.map((line) => line.slice(0, line.lastIndexOf(' | '))));
}

const wrapped = (reason: string): string =>
  `UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "${reason}". | fatal | onunhandledrejection`;

const thrown = 'Error: boom | fatal | onuncaughtexception';
const rejected = 'Error: boom | fatal | onunhandledrejection';
const survived = 'Error: boom | error | onuncaughtexception';
const taken = 'Error: boom | error | onunhandledrejection';

describe.concurrent('the process ends as it would have, with the same last words, and its error arrives', () => {
  it.each<readonly [string, Program, string, number]>([
    ['thrown by a CommonJS module', cjs("throw new Error('boom');"), thrown, 1],
    // Which Node loads by a promise, and says so.
    ['thrown by an ES module', esm("throw new Error('boom');"), rejected, 1],
    ['thrown by an ES module that waited', esm("await 1; throw new Error('boom');"), rejected, 1],
    ['thrown in a timer', esm("setTimeout(() => { throw new Error('boom'); }, 1);"), thrown, 1],
    ['thrown in the next tick', cjs("process.nextTick(() => { throw new Error('boom'); });"), thrown, 1],
    ['thrown in a microtask', cjs("queueMicrotask(() => { throw new Error('boom'); });"), thrown, 1],
    ['the event `error` that nobody hears', cjs("new (require('node:events'))().emit('error', new Error('boom'));"), thrown, 1],
    ['a promise that rejects', cjs("Promise.reject(new Error('boom'));"), rejected, 1],
    ['an async function that throws later', esm("setTimeout(async () => { await 1; throw new Error('boom'); });"), rejected, 1],
    ['with causes', cjs("throw new Error('boom', { cause: new AggregateError([new TypeError('first')], 'inner') });"), thrown, 1],
    ['with fields', cjs("throw Object.assign(new Error('boom'), { code: 'E_BOOM', nested: { deep: [1] } });"), thrown, 1],
    ['without a stack', cjs("Error.stackTraceLimit = 0; throw new Error('boom');"), thrown, 1],
    ['with a stack of its own making', cjs("Error.prepareStackTrace = (e) => 'mine: ' + e.message; throw new Error('boom');"), thrown, 1],
    ['that is frozen', cjs("throw Object.freeze(new Error('boom'));"), thrown, 1],
    ['of another realm', cjs("throw require('node:vm').runInNewContext(\"new Error('boom')\");"), thrown, 1],
    ['of a call that never ends', cjs('const again = () => again() + 1;\nagain();'), 'RangeError: Maximum call stack size exceeded | fatal | onuncaughtexception', 1],
    ['throw undefined', cjs('throw undefined;'), 'undefined: undefined | fatal | onuncaughtexception', 1],
    ['throw null', cjs('throw null;'), 'null: null | fatal | onuncaughtexception', 1],
    ['throw a symbol', cjs("throw Symbol('boom');"), 'symbol: Symbol(boom) | fatal | onuncaughtexception', 1],
    ['throw a text', cjs("setTimeout(() => { throw 'boom'; });"), 'string: boom | fatal | onuncaughtexception', 1],
    ['throw a function', cjs('throw function boom() {};'), 'function: [function boom] | fatal | onuncaughtexception', 1],
    ['reject with nothing', cjs('Promise.reject();'), wrapped('undefined'), 1],
    ['reject with a text', esm("Promise.reject('boom');"), wrapped('boom'), 1],
    ['after an exit code was set', cjs("process.exitCode = 9; setTimeout(() => { throw new Error('boom'); });"), thrown, 1],
    ['an exit code set in a listener of `exit`', cjs("process.on('exit', () => { process.exitCode = 42; }); throw new Error('boom');"), thrown, 42],
    ['process.exit in a listener of `exit`', cjs("process.on('exit', () => process.exit(43)); throw new Error('boom');"), thrown, 43],
    ['with source maps', mapped(), thrown, 1],
    ['with --trace-uncaught', cjs("throw new Error('boom');", ['--trace-uncaught']), thrown, 1],
    ['in a domain without a listener', cjs("require('node:domain').create().run(() => { throw new Error('boom'); });"), thrown, 1],
    ['strict: rejected', cjs("Promise.reject(new Error('boom'));", mode('strict')), rejected, 1],
    ['warn-with-error-code: thrown', cjs("setTimeout(() => { throw new Error('boom'); });", mode('warn-with-error-code')), thrown, 1],
    [
      'while a monitor of the application exits, which was there before',
      { files: { 'main.cjs': "process.on('uncaughtExceptionMonitor', () => process.exit(8));\nrequire('./sdk.cjs').observe();\nthrow new Error('boom');\n" } },
      thrown,
      8,
    ],
  ])('%s', patience, async (_, program, told, code) => {
    const crash = await runner.crash(program);
    expect(crash.observed.code).toBe(code);
    expectSame(crash, told);
  });

  it('while a monitor of the application throws', patience, async () => {
    const crash = await runner.crash(cjs("process.on('uncaughtExceptionMonitor', () => { throw new Error('monitor'); }); throw new Error('boom');"));
    // Node's own code for that. It does not even say that the process exits: nothing is sent any more.
    expect(crash.observed.code).toBe(7);
    expectSameButForTheLine(crash);
    expect(toldBy(crash)).toEqual([thrown]);
  });

  it('a module that cannot be parsed, before anything of the application ran', patience, async () => {
    const preload = ['--import', './preload.mjs'];
    const crash = await runner.crash({ files: { 'main.cjs': 'const const = 1;\n' }, flags: preload });
    expect(crash.observed.code).toBe(1);
    expectSame(crash, "SyntaxError: Unexpected token 'const' | fatal | onunhandledrejection");
  });

  it('a module that is missing', patience, async () => {
    const crash = await runner.crash({ files: { 'main.mjs': "import './missing.mjs';\n" }, flags: ['--import', './preload.mjs'] });
    expect(crash.observed).toEqual(crash.unobserved);
    expect(toldBy(crash)).toEqual([expect.stringMatching(/^Error: Cannot find module .*missing\.mjs' .* \| fatal \| onunhandledrejection$/)]);
    expect(crash.delivered).toHaveLength(1);
  });

  it('in a process of a cluster', patience, async () => {
    const crash = await runner.crash(
      cjs(`
        const cluster = require('node:cluster');
        if (cluster.isPrimary) cluster.fork().on('exit', (code) => { ${say('worker ')}; process.exitCode = code; });
        else setTimeout(() => { throw new Error('boom'); });
      `),
    );
    expect(crash.observed.code).toBe(1);
    expectSame(crash, thrown);
  });

  it('while many other errors wait to be sent', patience, async () => {
    const crash = await runner.crash(
      cjs(`
        for (let number = 1; number <= 100; number++) obs.errorTracker.captureException(new Error('caught ' + number, { cause: number }));
        throw new Error('boom');
      `),
    );
    expect(crash.observed).toEqual(crash.unobserved);
    expect(new Set(crash.delivered.map(({ attributes }) => attributes['exception.message'])).size).toBe(crash.told.length);
    expect(deliveredBy(crash)).toContain('Error: boom | fatal');
  });

  it('every rejection of many, of which the first ends it', patience, async () => {
    const crash = await runner.crash(cjs("for (let number = 1; number <= 100; number++) Promise.reject(new Error('boom ' + number));"));
    expectSame(crash, 'Error: boom 1 | fatal | onunhandledrejection');
  });

  it('by a sink of the application', patience, async () => {
    const body = `
      const { observe, otlpSink } = require('./sdk.cjs');
      observe({
        sinks: (defaults) => [
          ...defaults,
          { name: 'bad', write: () => void setTimeout(() => { throw new Error('boom'); }) },
          otlpSink({ endpoint: process.env.RECEIVER, compression: 'none' }),
        ],
      }).logger.error('said');
    `;
    const { observed, told, delivered } = await runner.crash({ files: { 'main.cjs': body } });
    expect(observed.code).toBe(1);
    expect(told).toMatchObject([{ message: 'boom', level: 'fatal' }]);
    expect(delivered).toHaveLength(1);
  });

  it('by a handler of a request', patience, async () => {
    const crash = await runner.crash(
      cjs(`
        const { createServer, get } = require('node:http');
        const server = createServer(() => setTimeout(() => { throw new Error('boom'); }));
        server.listen(0, '127.0.0.1', () => get({ port: server.address().port, agent: false }).on('error', () => undefined));
      `),
    );
    expectSame(crash, thrown);
    expect(crash.told[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});

function mapped(): Program {
  const source = `
    const { observe } = require('./sdk.cjs');
    observe();
    interface Nothing {}
    const nothing: Nothing = {};
    throw new Error('boom', nothing);
  `;
  const { code } = transformSync(source, { loader: 'ts', sourcemap: 'inline', sourcefile: 'main.ts', format: 'cjs' });
  return { files: { 'main.cjs': code, 'main.ts': source }, flags: ['--enable-source-maps'] };
}

describe.concurrent('an application that decides itself what becomes of an error', () => {
  it.each<readonly [string, Program, string, number, readonly string[]]>([
    [
      'goes on, with a listener of `uncaughtException`',
      cjs(`
        process.on('uncaughtException', ({ message }) => ${say("' + message + '")});
        setTimeout(() => ${say('alive')}, 20);
        throw new Error('boom');
      `),
      survived,
      0,
      ['boom', 'alive'],
    ],
    [
      'ends it with a code of its own',
      cjs("process.on('uncaughtException', (error) => { console.error('sorry', error); process.exit(12); }); throw new Error('boom');"),
      survived,
      12,
      [],
    ],
    [
      'goes on, with a capture callback',
      cjs(`
        process.setUncaughtExceptionCaptureCallback(() => ${say('caught')});
        setTimeout(() => { throw new Error('boom'); });
      `),
      survived,
      0,
      ['caught'],
    ],
    [
      'goes on, with a domain',
      cjs(`
        const domain = require('node:domain').create();
        domain.on('error', () => ${say('caught')});
        domain.run(() => setTimeout(() => { throw new Error('boom'); }));
      `),
      survived,
      0,
      ['caught'],
    ],
    [
      'goes on, with a listener of `unhandledRejection`',
      cjs(`process.on('unhandledRejection', () => ${say('caught')}); Promise.reject(new Error('boom'));`),
      taken,
      0,
      ['caught'],
    ],
    ['throws it again', cjs("process.on('unhandledRejection', (error) => { throw error; }); Promise.reject(new Error('boom'));"), taken, 1, []],
    ['exits, in a listener of `unhandledRejection`', cjs("process.on('unhandledRejection', () => process.exit(13)); Promise.reject(new Error('boom'));"), taken, 13, []],
    [
      'handles it too late',
      cjs(`
        process.on('unhandledRejection', () => undefined);
        const late = Promise.reject(new Error('boom'));
        setTimeout(() => late.catch(() => undefined), 10);
      `),
      taken,
      0,
      [],
    ],
    [
      'listens with one that listens once',
      cjs(`process.once('unhandledRejection', () => ${say('caught')}); Promise.reject(new Error('boom'));`),
      taken,
      0,
      ['caught'],
    ],
    [
      'strict, and a listener of both',
      cjs(
        `
          process.on('uncaughtException', () => undefined);
          process.on('unhandledRejection', () => undefined);
          Promise.reject(new Error('boom'));
        `,
        mode('strict'),
      ),
      taken,
      0,
      [],
    ],
    ['warn', cjs("Promise.reject(new Error('boom'));", mode('warn')), taken, 0, []],
    ['warn, as a variable says', { ...cjs("Promise.reject(new Error('boom'));"), variables: { NODE_OPTIONS: '--unhandled-rejections=warn' } }, taken, 0, []],
    ['warn, with a listener', cjs("process.on('unhandledRejection', () => undefined); Promise.reject(new Error('boom'));", mode('warn')), taken, 0, []],
    ['none', cjs("Promise.reject(new Error('boom'));", mode('none')), taken, 0, []],
    ['none, thrown', cjs("setTimeout(() => { throw new Error('boom'); });", mode('none')), thrown, 1, []],
    [
      'warn-with-error-code, with a listener',
      cjs("process.on('unhandledRejection', () => undefined); Promise.reject(new Error('boom'));", mode('warn-with-error-code')),
      taken,
      0,
      [],
    ],
  ])('%s', patience, async (_, program, told, code, said) => {
    const crash = await runner.crash(program);
    expect(crash.observed.code).toBe(code);
    expect(crash.said).toEqual(said);
    expectSame(crash, told);
  });

  it('hears of nothing else than without the SDK, and of every rejection of many', patience, async () => {
    const crash = await runner.crash(
      cjs(`
        const seen = () => process.listenerCount('unhandledRejection') + process.listeners('unhandledRejection').length;
        ${say("before ' + seen() + '")};
        const first = (error) => ${say("first ' + error.message + ' ' + seen() + '")};
        const second = (error) => ${say("second ' + error.message + ' ' + seen() + '")};
        process.on('unhandledRejection', first);
        Promise.reject(new Error('1'));
        Promise.reject(new Error('2'));
        setTimeout(() => {
          process.on('unhandledRejection', second);
          Promise.reject(new Error('3'));
          Promise.reject(new Error('4'));
        }, 10);
        setTimeout(() => {
          process.off('unhandledRejection', first).off('unhandledRejection', second);
          ${say("after ' + seen() + '")};
          Promise.reject(new Error('5'));
        }, 30);
      `),
    );
    expect(crash.said).toEqual(['before 0', 'first 1 2', 'first 2 2', 'first 3 4', 'second 3 4', 'first 4 4', 'second 4 4', 'after 0']);
    expectSame(
      crash,
      ...['1', '2', '3', '4'].map((message) => `Error: ${message} | error | onunhandledrejection`),
      'Error: 5 | fatal | onunhandledrejection',
    );
  });

  it('and throws there: the rejections after that are heard, too', patience, async () => {
    const crash = await runner.crash(
      cjs(`
        process.on('uncaughtException', () => undefined);
        process.on('unhandledRejection', () => { throw new Error('of the listener'); });
        Promise.reject(new Error('1'));
        setTimeout(() => Promise.reject(new Error('2')), 10);
      `),
    );
    expect(crash.observed).toEqual(crash.unobserved);
    expect(crash.told.map(({ message }) => message).filter((message) => message !== 'of the listener')).toEqual(['1', '2']);
  });

  it('removes all listeners, its own and ours: a rejection ends the process again', patience, async () => {
    const crash = await runner.crash(
      cjs(`
        process.on('unhandledRejection', () => undefined);
        setTimeout(() => { process.removeAllListeners('unhandledRejection'); Promise.reject(new Error('boom')); });
      `),
    );
    expect(crash.observed.code).toBe(1);
    expectSame(crash, rejected);
  });
});

describe.concurrent('an error of a thread', () => {
  const thread = (body: string, more: string): Program => ({
    files: {
      'main.cjs': `const { observe } = require('./sdk.cjs');\nobserve();\nconst { Worker } = require('node:worker_threads');\n${more}\n`,
      'thread.cjs': body,
    },
  });

  it('that nobody hears of is one of the process, which ends by it', patience, async () => {
    // Below that the stack tells whether the thread had ended already.
    const crash = await runner.crash(thread("throw new Error('boom');", "Error.stackTraceLimit = 3;\nnew Worker('./thread.cjs');"));
    expect(crash.observed.code).toBe(1);
    expectSame(crash, thrown);
  });

  it('that observes itself is told by the thread, and the process goes on', patience, async () => {
    const body = "require('./sdk.cjs').observe();\nsetTimeout(() => { throw new Error('boom'); });";
    const crash = await runner.crash(thread(body, `new Worker('./thread.cjs').on('error', () => ${say('heard')});`));
    expect(crash.observed.code).toBe(0);
    expect(crash.said).toEqual(['heard']);
    expectSame(crash, survived);
    expect(crash.delivered[0]?.attributes).toMatchObject({ 'thread.id': 1 });
  });
});

describe.concurrent('an error that is captured before it is uncaught', () => {
  it('is told once', patience, async () => {
    const crash = await runner.crash(cjs("const error = new Error('boom');\nobs.errorTracker.captureException(error);\nthrow error;"));
    expect(crash.observed).toEqual(crash.unobserved);
    expect(crash.told).toHaveLength(1);
    expect(crash.delivered).toHaveLength(1);
  });

  it.each([
    ['in a span', "obs.tracer.startSpan('work', () => { throw new Error('boom'); });"],
    ['in a span, later', "obs.tracer.startSpan('work', () => setTimeout(() => { throw new Error('boom'); }));"],
    ['in a span that is a promise', "obs.tracer.startSpan('work', async () => { await 1; throw new Error('boom'); });"],
  ])('has the trace it was thrown in: %s', patience, async (_, body) => {
    const crash = await runner.crash(cjs(`${body}`));
    expect(crash.observed.code).toBe(1);
    expect(crash.told).toHaveLength(1);
    expect(crash.told[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(crash.delivered[0]?.traceId).toBe(crash.told[0]?.traceId);
  });
});

describe.concurrent('an error while the process exits', () => {
  it.each([
    ['before the SDK listens', "process.on('exit', () => { throw new Error('boom'); });\nobserve();"],
    ['after the SDK listens', "observe();\nprocess.on('exit', () => { throw new Error('boom'); });"],
  ])('arrives: a listener of `exit` throws that was added %s', patience, async (_, body) => {
    for (const end of ['process.exit(3);', '']) {
      const crash = await runner.crash({ files: { 'main.cjs': `const { observe } = require('./sdk.cjs');\n${body}\n${end}\n` } });
      expectSameButForTheLine(crash, thrown);
    }
  });

  it('arrives: while SIGTERM is heard', patience, async () => {
    const crash = await runner.crash(
      cjs(`
        process.on('SIGTERM', () => { throw new Error('boom'); });
        setInterval(() => undefined, 1_000);
        process.kill(process.pid, 'SIGTERM');
      `),
    );
    expect(crash.observed.code).toBe(1);
    expectSameButForTheLine(crash, thrown);
  });
});

describe.concurrent('a receiver that is not well', () => {
  it('that hangs delays the end, but not for long, and changes nothing else', patience, async () => {
    const crash = await runner.crash(cjs("throw new Error('boom');"), { prepare: (server) => server.treat(hang()) });
    expectSame(crash, thrown);
    expect(crash.longer).toBeLessThan(10_000);
  });

  it('that hangs is waited for once, though a listener of `exit` throws, too', patience, async () => {
    const body = `
      const { wait } = Atomics;
      Atomics.wait = (...given) => {
        const from = performance.now();
        const result = wait(...given);
        ${say("' + Math.round(performance.now() - from) + '")};
        return result;
      };
      obs.errorTracker.captureException(new Error('caught'));
      process.on('exit', () => { throw new Error('boom'); });
      process.exit(0);
    `;
    const crash = await runner.crash(cjs(body), { prepare: (server) => server.treat(hang()) });
    expect(crash.told.map(({ message }) => message)).toEqual(['caught', 'boom']);
    expect(Number(crash.said[0])).toBeGreaterThan(1_900);
    // Not much is left of the time, if anything.
    expect(crash.said.slice(1).map(Number).every((milliseconds) => milliseconds < 100)).toBe(true);
  });

  it('that is down changes nothing', patience, async () => {
    const crash = await runner.crash(cjs("throw new Error('boom');"), { url: await refusingUrl() });
    expect(crash.observed).toEqual(crash.unobserved);
    expect(crash.longer).toBeLessThan(10_000);
  });
});

const counts = `const counts = () => ['uncaughtExceptionMonitor', 'unhandledRejection', 'uncaughtException', 'newListener', 'removeListener'].map((name) => process.listenerCount(name));`;

describe.concurrent('listeners', () => {
  it('are few for many managers, and none when the last has shut down', patience, async () => {
    const crash = await runner.crash({
      files: {
        'main.cjs': `
          const { observe } = require('./sdk.cjs');
          ${counts}
          const before = counts();
          const more = () => counts().map((count, index) => count - before[index]).join();
          (async () => {
            process.on('unhandledRejection', () => undefined);
            const managers = Array.from({ length: 12 }, () => observe());
            await 1;
            if (managers[0] !== managers[1]) ${say("' + more() + '")};
            for (const manager of managers) await manager.shutdown();
            if (managers[0] !== managers[1]) ${say("' + more() + '")};
            setTimeout(() => { throw new Error('boom'); });
          })();
        `,
      },
    });
    // Monitors: one that captures, and that of the end of the process. Of rejections: the application's, one before it, one after it.
    expect(crash.said).toEqual(['2,3,0,1,1', '0,1,0,0,0']);
    expectSame(crash);
  });

  it('tell every manager', patience, async () => {
    const crash = await runner.crash({ files: { 'main.cjs': "const { observe } = require('./sdk.cjs');\nobserve();\nobserve();\nthrow new Error('boom');\n" } });
    expectSame(crash, thrown, thrown);
  });

  it('of a source that is made for each manager are no more', patience, async () => {
    const crash = await runner.crash({
      files: {
        'main.cjs': `
          const { observe, uncaughtErrors = () => undefined } = require('./sdk.cjs');
          for (let number = 0; number < 12; number++) observe({ sources: () => [uncaughtErrors()] });
          setTimeout(() => { throw new Error('boom'); });
        `,
      },
    });
    expect(crash.observed).toEqual(crash.unobserved);
    expect(crash.told).toHaveLength(12);
  });
});

describe.concurrent('two copies of the package', () => {
  it('share what they listen with, and tell both', patience, async () => {
    const crash = await runner.crash({
      files: {
        'main.cjs': `
          ${counts}
          const before = counts();
          const managers = [require('./sdk.cjs').observe(), require('./copy.cjs').observe()];
          if (managers[0] !== managers[1]) ${say("' + counts().map((count, index) => count - before[index]).join() + '")};
          managers[0].shutdown();
          setTimeout(() => { throw new Error('boom'); });
        `,
      },
      flags: mode('warn'),
    });
    // Of each copy one more, for the end of the process.
    expect(crash.said).toEqual(['3,2,0,1,1']);
    expectSame(crash, thrown);
  });
});

describe('options', () => {
  it.each([
    [{ uncaughtException: 'no' }, 'uncaughtErrors.uncaughtException: expected true or false'],
    [{ unhandledRejection: 1 }, 'uncaughtErrors.unhandledRejection: expected true or false'],
    [null, 'uncaughtErrors: expected an object of options'],
  ])('that cannot be used are named: %j', (options, message) => {
    expect(() => uncaughtErrors(options as object)).toThrow(ConfigurationError);
    expect(() => uncaughtErrors(options as object)).toThrow(message);
  });
});

describe('the mode of rejections', () => {
  it.each([
    [[], '', 'throw'],
    [['--unhandled-rejections=warn'], '', 'warn'],
    [['--unhandled_rejections', 'none'], '', 'none'],
    [[], '--max-old-space-size=100 --unhandled-rejections=strict', 'strict'],
    [[], '--unhandled-rejections=warn-with-error-code --no-warnings', 'warn-with-error-code'],
    [['--unhandled-rejections=throw'], '--unhandled-rejections=warn', 'throw'],
    [['--unhandled-rejections=warn', '--unhandled-rejections=none'], '', 'none'],
    [['--import', './unhandled-rejections=warn.mjs'], '', 'throw'],
  ])('is what Node was told last: %j %j', (args, variable, expected) => {
    expect(rejectionMode(args, variable)).toBe(expected);
  });
});

describe.concurrent('one kind alone', () => {
  it.each([
    ['uncaughtException', "setTimeout(() => { throw new Error('boom'); });"],
    ['unhandledRejection', "Promise.reject(new Error('boom'));"],
  ])('%s is switched off', patience, async (name, body) => {
    const main = `const { observe, uncaughtErrors = () => undefined } = require('./sdk.cjs');\nobserve({ sources: () => [uncaughtErrors({ ${name}: false })] });\n`;
    expectSame(await runner.crash({ files: { 'main.cjs': `${main}${body}\n` } }));
    const other = name === 'uncaughtException' ? "Promise.reject(new Error('boom'));" : "setTimeout(() => { throw new Error('boom'); });";
    expectSame(await runner.crash({ files: { 'main.cjs': `${main}${other}\n` } }), name === 'uncaughtException' ? rejected : thrown);
  });
});
