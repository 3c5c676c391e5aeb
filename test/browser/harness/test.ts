// `#test` in a browser: what the suites use of vitest, on mocha's globals (Karma runs mocha) and vitest's own matchers.
import { ASYMMETRIC_MATCHERS_OBJECT, JestAsymmetricMatchers, JestChaiExpect, JestExtend, customMatchers } from '@vitest/expect';
import { clearAllMocks, fn, isMockFunction, resetAllMocks, restoreAllMocks, spyOn } from '@vitest/spy';
import FakeTimers, { type FakeMethod } from '@sinonjs/fake-timers';
import * as chai from 'chai';
import type { vi as Vitest, expect as Expect } from 'vitest';

type Body = () => unknown;
type Options = { readonly timeout?: number; readonly skip?: boolean };
type Run = { timeout(milliseconds: number): unknown; file?: string | undefined };
type Register = (title: string, body?: Body) => Run;
interface Mocha {
  readonly describe: Register & { readonly skip: Register; readonly only: Register };
  readonly it: Register & { readonly skip: Register; readonly only: Register };
  readonly before: (body: Body) => void;
  readonly after: (body: Body) => void;
  readonly beforeEach: (body: (this: { readonly currentTest: Run }) => unknown) => void;
  readonly afterEach: (body: Body) => void;
}
const mocha = globalThis as unknown as Mocha;

let file: string | undefined;
let running: string | undefined;

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
const matchers = (globalThis as Record<symbol, unknown>)[ASYMMETRIC_MATCHERS_OBJECT] as object;
export const expect = Object.assign((value: unknown, message?: string) => chai.expect(value, message), chai.expect, matchers, {
  extend: (more: object): void => (chai.expect as unknown as { extend(target: unknown, more: object): void }).extend(expect, more),
}) as unknown as typeof Expect;
expect.extend(customMatchers);

export const describe = variants(mocha.describe);
export const it = variants(mocha.it);
export const test = it;
export const beforeAll = (body: Body): void => {
  const declaredIn = file;
  mocha.before(() => (enter(declaredIn), body()));
};
export const afterAll = (body: Body): void => mocha.after(() => body());
export const beforeEach = (body: Body): void => mocha.beforeEach(() => body());
export const afterEach = (body: Body): void => mocha.afterEach(() => body());

/** Vitest's ways of declaring: options or a timeout beside the body, `skipIf`, `runIf`, `each`. */
function variants(register: Mocha['it']) {
  const declare = (how: Register) => (title: string, ...rest: readonly (Body | Options | number | undefined)[]): void => {
    const body = rest.find((part) => typeof part === 'function');
    const options = rest.find((part) => typeof part === 'object');
    const timeout = rest.find((part) => typeof part === 'number') ?? options?.timeout;
    // Wrapped, as mocha hands a body with a parameter its own `done`.
    const declared = (options?.skip ? register.skip : how)(title, body && (() => body()));
    if (timeout !== undefined) declared.timeout(timeout);
    declared.file = file;
  };
  const run = declare(register);
  const skip = declare(register.skip);
  return Object.assign(run, {
    skip,
    only: declare(register.only),
    todo: (title: string): void => void register(title),
    skipIf: (condition: unknown) => (condition ? skip : run),
    runIf: (condition: unknown) => (condition ? run : skip),
    each:
      <T>(cases: readonly T[]) =>
      (title: string, body: (...values: any[]) => unknown, timeout?: number): void =>
        cases.forEach((value, index) => {
          const values = Array.isArray(value) ? value : [value];
          run(titled(title, values, index), () => body(...values), timeout);
        }),
  });
}

/** `%s` and its kin take the values in turn, `$name` a property of the only value, `%#` the number of the case. */
function titled(title: string, values: readonly unknown[], index: number): string {
  let next = 0;
  return title
    .replace(/%([sdifjoO#%])/g, (_, kind: string) => (kind === '#' ? String(index) : kind === '%' ? '%' : shown(values[next++], kind)))
    .replace(/\$([\w.]+)/g, (_, path: string) =>
      shown(path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], values[0]), 'j'),
    );
}

function shown(value: unknown, kind: string): string {
  return 'joO'.includes(kind) ? (JSON.stringify(value) ?? String(value)) : String(value);
}

type InstalledClock = ReturnType<typeof FakeTimers.install>;
const faked: FakeMethod[] = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'];
let clock: InstalledClock | undefined;
const stubbed = new Map<PropertyKey, PropertyDescriptor | undefined>();

function timers(): InstalledClock {
  if (clock === undefined) throw new Error('The timers are not faked: call vi.useFakeTimers() first');
  return clock;
}

export const vi = {
  fn,
  spyOn,
  isMockFunction,
  mocked: <T>(value: T): T => value,
  clearAllMocks: () => (clearAllMocks(), vi),
  resetAllMocks: () => (resetAllMocks(), vi),
  restoreAllMocks: () => (restoreAllMocks(), vi),
  useFakeTimers: (config: { readonly now?: number | Date; readonly toFake?: FakeMethod[] } = {}) => {
    clock?.uninstall();
    clock = FakeTimers.install({ now: config.now ?? Date.now(), toFake: config.toFake ?? faked });
    return vi;
  },
  useRealTimers: () => {
    clock?.uninstall();
    clock = undefined;
    return vi;
  },
  isFakeTimers: () => clock !== undefined,
  setSystemTime: (now: number | Date) => (timers().setSystemTime(now), vi),
  getTimerCount: () => timers().countTimers(),
  advanceTimersByTime: (milliseconds: number) => (timers().tick(milliseconds), vi),
  advanceTimersByTimeAsync: async (milliseconds: number) => (await timers().tickAsync(milliseconds), vi),
  runAllTimers: () => (timers().runAll(), vi),
  runAllTimersAsync: async () => (await timers().runAllAsync(), vi),
  stubGlobal: (name: PropertyKey, value: unknown) => {
    if (!stubbed.has(name)) stubbed.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
    return vi;
  },
  unstubAllGlobals: () => {
    for (const [name, descriptor] of stubbed) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
    stubbed.clear();
    return vi;
  },
  waitFor: async <T>(attempt: () => T | Promise<T>, options: number | { readonly timeout?: number; readonly interval?: number } = {}): Promise<T> => {
    const { timeout = 1_000, interval = 50 } = typeof options === 'number' ? { timeout: options } : options;
    for (const end = performance.now() + timeout; ; await new Promise((resolve) => setTimeout(resolve, interval))) {
      try {
        return await attempt();
      } catch (error) {
        if (performance.now() > end) throw error;
      }
    }
  },
} satisfies { readonly [K in keyof typeof Vitest]?: unknown };

// As `restoreMocks: true` in vitest.config.ts.
mocha.beforeEach(function () {
  restoreAllMocks();
  enter(this.currentTest.file);
});

/** What is declared from here on is of this file. */
export function beginFile(name: string): void {
  file = name;
}

/** Vitest gives each file a world of its own; here all share one, so the process-wide manager is forgotten between them. */
function enter(next: string | undefined): void {
  const processWide: { handle: unknown } | undefined = Reflect.get(globalThis, Symbol.for('@arkhe/observability/1'));
  if (running !== next && processWide !== undefined) processWide.handle = undefined;
  running = next;
}
