import { configurationError, wrongOption } from './configuration-error.ts';
import type { ConfigurationError } from './configuration-error.ts';
import { seriesName } from './statistics/series-table.ts';

/** The widest function type: the one place for `any`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyFunction = (this: any, ...args: any[]) => any;

/** One value, three uses; the function's own type (this, overloads, generics, async, generator) comes back unchanged. */
export interface FunctionDecorator {
  /** TC39 method decorator. */
  <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext): F;
  /** `experimentalDecorators` method decorator. */
  <F extends AnyFunction>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<F>): TypedPropertyDescriptor<F>;
  /** Wrapper. */
  <F extends AnyFunction>(fn: F): F;
}

/** Also usable bare: `@traceFunction`, `traceFunction(fn)`. */
export type FunctionInstrument<Options> = FunctionDecorator & ((options?: Options) => FunctionDecorator);

/** What a wrapped function or decorated method is called. */
export interface NameOption {
  /** Default: the function's name, `Class.method` for a method. */
  readonly name?: string | undefined;
}

/** Runs one call of an instrumented function. */
export type CallInstrument<Options> = (name: string, options: Options | undefined, call: () => unknown) => unknown;

/** Makes what is called in the place of `fn`. `nameOf` says what a call with this `this` is called. */
export type CallWrapper<Options> = (fn: AnyFunction, nameOf: (self: unknown) => string, options: Options | undefined) => AnyFunction;

/** Makes the wrapper and decorator that runs every call through `instrument`. The rest as `wrappingInstrument` has it. */
export function functionInstrument<Options extends NameOption>(
  what: string,
  instrument: CallInstrument<Options>,
  check?: (options: unknown) => void,
): FunctionInstrument<Options> {
  const wrapCalls: CallWrapper<Options> = (fn, nameOf, options) => {
    const wrapper: AnyFunction = function (this: unknown, ...args: unknown[]): unknown {
      const target = new.target;
      if (target === undefined) return instrument(nameOf(this), options, () => Reflect.apply(fn, this, args));
      return instrument(nameOf(this), options, () => Reflect.construct(fn, args, target === wrapper ? fn : target));
    };
    return wrapper;
  };
  return wrappingInstrument(what, wrapCalls, check);
}

/**
 * Makes the wrapper and decorator that puts what `wrapCalls` makes in the place of a function. `what` names it in errors; `check`
 * throws for wrong options.
 */
export function wrappingInstrument<Options extends NameOption>(
  what: string,
  wrapCalls: CallWrapper<Options>,
  check: (options: unknown) => void = () => undefined,
): FunctionInstrument<Options> {
  function decorate(options: Options | undefined, first: unknown, second: unknown, third: unknown): unknown {
    const given = options?.name;
    // Told apart by the type of the second argument, not by how many there are: `fns.map(traceFunction())` passes three.
    if (isKey(second)) return decorateLegacy(options, Object(first), second, third);
    if (isDecoratorContext(second)) {
      if (second.kind !== 'method') throw notAMethod(second.kind);
      const nameOf = given === undefined ? methodName(second, () => wrapped) : () => given;
      const wrapped: AnyFunction = wrap(first as AnyFunction, nameOf, options);
      return wrapped;
    }
    if (typeof first !== 'function') throw wrongOption(what, 'a function or a method to instrument', first);
    const name = given ?? (first.name || 'anonymous');
    return wrap(first as AnyFunction, () => name, options);
  }

  function decorateLegacy(options: Options | undefined, target: object, key: string | symbol, descriptor: unknown): unknown {
    const method: unknown = typeof descriptor === 'object' && descriptor !== null ? Reflect.get(descriptor, 'value') : undefined;
    if (typeof method !== 'function') throw notAMethod(descriptor === undefined ? 'field' : 'accessor');
    const owner: unknown = typeof target === 'function' ? target : target.constructor;
    const name = options?.name ?? `${typeof owner === 'function' ? owner.name : 'anonymous'}.${String(key)}`;
    return { ...(descriptor as PropertyDescriptor), value: wrap(method as AnyFunction, () => name, options) };
  }

  function notAMethod(kind: string): ConfigurationError {
    const received = /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
    return configurationError([{ path: what, expected: 'a method to decorate', received }]);
  }

  function wrap(fn: AnyFunction, nameOf: (self: unknown) => string, options: Options | undefined): AnyFunction {
    const wrapper = wrapCalls(fn, nameOf, options);
    for (const key of Reflect.ownKeys(fn)) {
      if (key === 'arguments' || key === 'caller') continue;
      const descriptor = Reflect.getOwnPropertyDescriptor(fn, key);
      if (descriptor !== undefined) Reflect.defineProperty(wrapper, key, descriptor);
    }
    // What a class inherits from its base, and what tells an async function from another.
    const inherited = Reflect.getPrototypeOf(fn);
    if (inherited !== Function.prototype) Reflect.setPrototypeOf(wrapper, inherited);
    return wrapper;
  }

  return ((...given: readonly unknown[]) => {
    const [first, second, third] = given;
    if (typeof first === 'function' || isKey(second) || isDecoratorContext(second)) return decorate(undefined, first, second, third);
    if (first !== undefined && (typeof first !== 'object' || first === null)) {
      throw wrongOption(what, 'options, or a function to instrument', first);
    }
    check(first);
    const options = fixed(first as Options | undefined);
    return (...decorated: readonly unknown[]) => decorate(options, decorated[0], decorated[1], decorated[2]);
  }) as FunctionInstrument<Options>;
}

/** The options as they are now: what the application does to them later changes nothing. */
function fixed<Options extends NameOption>(options: Options | undefined): Options | undefined {
  if (options?.name === undefined) return options && { ...options };
  return { ...options, name: seriesName(options.name) };
}

function isKey(value: unknown): value is string | symbol {
  return typeof value === 'string' || typeof value === 'symbol';
}

type DecoratorContext = Pick<ClassMethodDecoratorContext, 'name' | 'private' | 'addInitializer'> & { readonly kind: string };

function isDecoratorContext(value: unknown): value is DecoratorContext {
  return typeof value === 'object' && value !== null && 'kind' in value && 'name' in value && 'addInitializer' in value;
}

/**
 * `Class.method`. A TC39 decorator does not see the class: it is looked up where the method is found, when an object of the class
 * is made, or at a call. Where neither tells it (a method called without its object), the name is the method's alone.
 */
function methodName(context: DecoratorContext, wrapped: () => AnyFunction): (self: unknown) => string {
  const method = String(context.name);
  let name: string | undefined;

  function nameOf(self: unknown): string {
    const owner = name === undefined ? className(self, context, wrapped()) : undefined;
    if (owner !== undefined) name = `${owner}.${method}`;
    return name ?? method;
  }

  context.addInitializer(function (this: unknown) {
    nameOf(this);
  });
  return nameOf;
}

/** The class that has the decorated method, or `undefined` where `self` does not lead to it. */
function className(self: unknown, context: DecoratorContext, wrapped: AnyFunction): string | undefined {
  if ((typeof self !== 'object' && typeof self !== 'function') || self === null) return undefined;
  try {
    const start: object | null = typeof self === 'function' ? self : Object.getPrototypeOf(self);
    // A private method is found nowhere: the class of its object has it, or inherits it.
    const owner = context.private ? start : (ownerOf(start, context.name, wrapped) ?? ownerOf(start, context.name));
    const constructor: unknown = typeof owner === 'function' ? owner : owner?.constructor;
    return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : undefined;
  } catch {
    // A proxy of the application.
    return undefined;
  }
}

/** The nearest that has the method itself, or, when another decorator has wrapped it once more, any method of that name. */
function ownerOf(start: object | null, key: string | symbol, method?: AnyFunction): object | undefined {
  for (let owner = start; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const found = Reflect.getOwnPropertyDescriptor(owner, key);
    if (found !== undefined && (method === undefined || found.value === method)) return owner;
  }
  return undefined;
}
