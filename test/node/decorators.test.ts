// TC39 decorators.
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

const key = Symbol('run');

for (const what of ['traceFunction', 'profileFunction'] as const) {
  describe(`@${what}`, () => {
    function setUp() {
      const test = recorded();
      const decorator = what === 'traceFunction' ? test.obs.tracer.traceFunction : test.obs.profiler.profileFunction;
      const kind = what === 'traceFunction' ? 'span' : 'profile';
      return { ...test, decorator, names: () => test.ofKind(kind).map(({ name }) => name) };
    }

    it('names methods after their class, bare, called and with options', async () => {
      const { decorator, names, ofKind } = setUp();
      class Job {
        readonly #factor = 2;
        @decorator
        bare(value: number): number {
          return value * this.#factor;
        }
        @decorator()
        async called(value: number): Promise<number> {
          return value * this.#factor;
        }
        @decorator({ name: 'given', attributes: { queue: 'mail' } })
        options(): this {
          return this;
        }
      }
      const job = new Job();
      expect(job.bare(2)).toBe(4);
      expect(await job.called(3)).toBe(6);
      expect(job.options()).toBe(job);
      expect(names()).toEqual(['Job.bare', 'Job.called', 'given']);
      expect(ofKind(what === 'traceFunction' ? 'span' : 'profile')[2]?.attributes['queue']).toBe('mail');
      expect([job.bare.name, job.bare.length]).toEqual(['bare', 1]);
    });

    it('names static methods, symbols and generators', () => {
      const { decorator, names } = setUp();
      class Job {
        @decorator
        static all(): number {
          return 1;
        }
        @decorator
        [key](): number {
          return 2;
        }
        @decorator
        *steps(): Generator<number> {
          yield 3;
        }
      }
      expect([Job.all(), new Job()[key](), ...new Job().steps()]).toEqual([1, 2, 3]);
      expect(names()).toEqual(['Job.all', 'Job.Symbol(run)', 'Job.steps']);
    });

    it('names private methods', () => {
      const { decorator, names } = setUp();
      class Job {
        @decorator
        #secret(): number {
          return 4;
        }
        @decorator
        static #shared(): number {
          return 5;
        }
        secret(): number {
          return this.#secret();
        }
        // Not `Job.#shared()`: for that esbuild would call the class `_Job`.
        static shared(): number {
          return this.#shared();
        }
      }
      expect([new Job().secret(), Job.shared()]).toEqual([4, 5]);
      expect(names()).toEqual(['Job.#secret', 'Job.#shared']);
    });

    it('names an inherited method after the class that has it', () => {
      const { decorator, names } = setUp();
      class Base {
        @decorator
        run(): string {
          return 'base';
        }
        @decorator
        inherited(): string {
          return 'inherited';
        }
        @decorator
        static create(): string {
          return 'created';
        }
      }
      class Sub extends Base {
        @decorator
        override run(): string {
          return `sub of ${super.run()}`;
        }
      }
      class Other extends Base {
        override run(): string {
          return `other of ${super.run()}`;
        }
      }
      expect(new Sub().run()).toBe('sub of base');
      expect(new Sub().inherited()).toBe('inherited');
      expect(new Other().run()).toBe('other of base');
      expect(Sub.create()).toBe('created');
      expect(names().sort()).toEqual(['Base.create', 'Base.inherited', 'Base.run', 'Base.run', 'Sub.run']);
    });

    it('names a method called without its object as well as it can, and learns nothing wrong from that', () => {
      const { decorator, names } = setUp();
      class Job {
        @decorator
        run(): string {
          return 'ran';
        }
      }
      const detached = Job.prototype.run;
      const element = new (class Button {})();
      expect(detached.call(undefined as never)).toBe('ran');
      expect(detached.call(element as never)).toBe('ran');
      const { run } = new Job();
      expect(run.call(undefined as never)).toBe('ran');
      new Job().run();
      expect(names()).toEqual(['run', 'run', 'Job.run', 'Job.run']);
    });

    it('names a method that another decorator has wrapped once more', () => {
      const { decorator, names } = setUp();
      const cached =
        <F extends (this: never) => unknown>(method: F, _: ClassMethodDecoratorContext): F =>
          function (this: never) {
            return method.call(this);
          } as F;
      class Job {
        @cached
        @decorator
        run(): string {
          return 'ran';
        }
      }
      class Sub extends Job {}
      expect(new Sub().run()).toBe('ran');
      expect(names()).toEqual(['Job.run']);
    });

    it('refuses what is no method, and says so', () => {
      const { decorator } = setUp();
      const decorate = decorator as unknown as (value: unknown, context: unknown) => never;
      const called = decorator() as unknown as (value: unknown, context: unknown) => never;
      for (const kind of ['getter', 'setter', 'accessor', 'field', 'class']) {
        const value = kind === 'field' ? undefined : () => undefined;
        const context = { kind, name: 'size', static: false, private: false, addInitializer: () => undefined };
        const message = `${what}: expected a method to decorate, received ${kind === 'accessor' ? 'an' : 'a'} ${kind}`;
        for (const each of [decorate, called]) {
          expect(() => each(value, context)).toThrow(ConfigurationError);
          expect(() => each(value, context)).toThrow(message);
        }
      }
      expect(() => {
        class Job {
          @decorator
          get size(): number {
            return 1;
          }
        }
        return Job;
      }).toThrow(`${what}: expected a method to decorate, received a getter`);
    });

    it('takes functions from map', () => {
      const { decorator, names } = setUp();
      for (const fn of [function one() {}, function two() {}].map(decorator())) fn();
      expect(names()).toEqual(['one', 'two']);
    });
  });
}
