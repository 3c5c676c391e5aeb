// `experimentalDecorators`: see the tsconfig.json beside this file.
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

    it('is compiled the legacy way', () => {
      let given: readonly unknown[] = [];
      const spy = (...all: unknown[]): void => void (given = all);
      class Job {
        @spy
        run(): void {}
      }
      expect([given[0], given[1]]).toEqual([Job.prototype, 'run']);
    });

    it('names methods after their class, bare, called and with options', async () => {
      const { decorator, names } = setUp();
      class Job {
        factor = 2;
        @decorator
        bare(value: number): number {
          return value * this.factor;
        }
        @decorator()
        async called(value: number): Promise<number> {
          return value * this.factor;
        }
        @decorator({ name: 'given' })
        options(): this {
          return this;
        }
        @decorator
        static all(): number {
          return 1;
        }
        @decorator
        [key](): number {
          return 2;
        }
      }
      const job = new Job();
      expect(job.bare(2)).toBe(4);
      expect(await job.called(3)).toBe(6);
      expect(job.options()).toBe(job);
      expect([Job.all(), job[key]()]).toEqual([1, 2]);
      expect(names()).toEqual(['Job.bare', 'Job.called', 'given', 'Job.all', 'Job.Symbol(run)']);
      expect([job.bare.name, job.bare.length]).toEqual(['bare', 1]);
      expect(Object.keys(Job.prototype)).toEqual([]);
    });

    it('names an inherited method after the class that has it, also when it is called without its object', () => {
      const { decorator, names } = setUp();
      class Base {
        @decorator
        run(): string {
          return 'base';
        }
      }
      class Sub extends Base {
        @decorator
        override run(): string {
          return `sub of ${super.run()}`;
        }
      }
      expect(new Sub().run()).toBe('sub of base');
      const { run } = new Base();
      expect(run.call(undefined as never)).toBe('base');
      expect(names()).toEqual(['Base.run', 'Sub.run', 'Base.run']);
    });

    it('refuses getters and fields, and says so', () => {
      const { decorator } = setUp();
      expect(() => {
        class Job {
          // @ts-expect-error -- not for getters
          @decorator
          get size(): number {
            return 1;
          }
        }
        return Job;
      }).toThrow(`${what}: expected a method to decorate, received an accessor`);
      expect(() => {
        class Job {
          // @ts-expect-error -- not for fields
          @decorator()
          size = 1;
        }
        return Job;
      }).toThrow(ConfigurationError);
    });

    it('takes functions from map', () => {
      const { decorator, names } = setUp();
      for (const fn of [function one() {}, function two() {}].map(decorator())) fn();
      expect(names()).toEqual(['one', 'two']);
    });
  });
}
