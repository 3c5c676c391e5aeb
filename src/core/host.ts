import type { ObservabilityOptions } from './config/options.ts';
import { readVariables } from './config/environment-variables.ts';
import { wrongOption } from './configuration-error.ts';
import { validateInstrument, validatePart } from './config/validate-options.ts';
import type { Part } from './config/validate-options.ts';
import type { Environment } from './environment.ts';
import type { ErrorTracker, ErrorTrackerOptions } from './errors/error-tracker.ts';
import { wrappingInstrument } from './function-instrument.ts';
import type { AnyFunction, CallWrapper, FunctionInstrument } from './function-instrument.ts';
import { hasMethods } from './has-methods.ts';
import { createManager } from './manager.ts';
import type { ManagerHandle } from './manager.ts';
import type { ObservabilityManager } from './observability.ts';
import { processWide } from './process-wide.ts';
import type { PerformanceProfiler, ProfileFunctionOptions, ProfilerOptions } from './profiling/performance-profiler.ts';
import type { RequestDetails, RequestInput, RequestLogger, RequestLoggerOptions } from './requests/request.ts';
import { createConsoleSink } from './sinks/console.ts';
import type { Sink } from './sink.ts';
import { snapshotAttributes } from './snapshot-attributes.ts';
import { silentStartSpan } from './tracing/silent-span.ts';
import type { StartSpan } from './tracing/span.ts';
import { traceFunctionWith } from './tracing/trace-function.ts';
import type { TracingOptions } from './tracing/tracing-options.ts';
import type { TraceFunctionOptions, Tracer, TracingManager } from './tracing/tracing-manager.ts';

/** A part that can be used alone: it is then part of the process-wide manager, into which its options are merged. */
export interface PartConstructor<Options, P> {
  /** @throws ConfigurationError naming every wrong path at once */
  new (options?: Options): P;
  readonly prototype: P;
}

/** Options of `getTracingManager`. */
export interface TracingManagerOptions extends TracingOptions {
  /** `service.name` on every signal. Default: that of the manager. */
  readonly serviceName?: string | undefined;
}

/** Options of `consoleSink`. */
export interface ConsoleSinkOptions {
  /** A readable tree, or one JSON line a signal. Default: `pretty` in development, else `json`. */
  readonly format?: 'pretty' | 'json' | undefined;
}

/** What every entry of the package exports, made for its host. */
export interface Host {
  /** A manager of its own. @throws ConfigurationError naming every wrong path at once */
  createObservability(options?: ObservabilityOptions): ObservabilityManager;
  /**
   * The process-wide manager. The first call creates it. Options given later, here or to a part used alone, are merged into it:
   * the last explicit value wins, `signals$` stays the same stream, and it is said once on `health$`. After `shutdown()` the
   * next call creates anew.
   * @throws ConfigurationError naming every wrong path at once
   */
  getObservabilityManager(options?: ObservabilityOptions): ObservabilityManager;
  /**
   * With options: configures the process-wide manager. Without: the process-wide tracer, created with defaults when missing.
   * @throws ConfigurationError naming every wrong path at once
   */
  getTracingManager(options?: TracingManagerOptions): TracingManager;
  /** For libraries: never creates nor configures anything; does nothing until the application has. */
  getTracer(name: string, version?: string): Tracer;
  /**
   * Traces with the process-wide manager, looked up at each call and created with defaults when there never was one.
   * @throws ConfigurationError naming every wrong option at once, or for what is neither a function nor a method; calls never do
   */
  readonly traceFunction: FunctionInstrument<TraceFunctionOptions>;
  readonly RequestLogger: PartConstructor<RequestLoggerOptions, RequestLogger>;
  readonly PerformanceProfiler: PartConstructor<ProfilerOptions, PerformanceProfiler>;
  readonly ErrorTracker: PartConstructor<ErrorTrackerOptions, ErrorTracker>;
  /** Prints signals: see `ConsoleSinkOptions`. @throws ConfigurationError for an unknown format */
  consoleSink(options?: ConsoleSinkOptions): Sink;
}

export function createHost(environment: Environment): Host {
  /** The process-wide manager with these options merged in, or created with them. */
  function use(options: ObservabilityOptions, by: string): ManagerHandle {
    const state = processWide();
    if (state.handle === undefined || state.handle.isShutDown) state.handle = createManager(environment, options);
    else state.handle.configure(options, by);
    return state.handle;
  }

  /** Validates the options under the names they were given, then uses them. The result finds the manager in force. */
  function usePart(part: Part, by: string, options: object | undefined): () => ManagerHandle {
    validatePart(part, options);
    const handle = use(options === undefined ? {} : { [part]: options }, by);
    return () => processWide().handle ?? handle;
  }

  class RequestLoggerPart implements RequestLogger {
    readonly #handle: () => ManagerHandle;

    constructor(options?: RequestLoggerOptions) {
      this.#handle = usePart('requestLogging', 'RequestLogger', options);
    }

    readonly logRequest: RequestLogger['logRequest'] = (first: RequestInput | string, path?: string, details?: RequestDetails) =>
      typeof first === 'string'
        ? this.#handle().requests.logRequest(first, path ?? '', details)
        : this.#handle().requests.logRequest(first);
    readonly logResponse: RequestLogger['logResponse'] = (context, response) => this.#handle().requests.logResponse(context, response);
    readonly current: RequestLogger['current'] = () => this.#handle().requests.current();

    static [Symbol.hasInstance](value: unknown): boolean {
      return hasMethods(value, ['logRequest']);
    }
  }

  class PerformanceProfilerPart implements PerformanceProfiler {
    readonly #handle: () => ManagerHandle;
    readonly profileFunction: PerformanceProfiler['profileFunction'];

    constructor(options?: ProfilerOptions) {
      this.#handle = usePart('profiling', 'PerformanceProfiler', options);
      this.profileFunction = wrappingInstrument<ProfileFunctionOptions>('profileFunction', this.#wrapCalls, (given) => validateInstrument('profiling', given));
    }

    /** Wrapped for the manager in force, and anew when that is another. */
    readonly #wrapCalls: CallWrapper<ProfileFunctionOptions> = (fn, nameOf, options) => {
      const find = this.#handle;
      const kept = options && { ...options, attributes: snapshotAttributes(options.attributes) };
      let of: ManagerHandle | undefined;
      let timed: AnyFunction;
      const wrapper: AnyFunction = function (this: unknown, ...args: unknown[]): unknown {
        const handle = find();
        if (handle !== of) [of, timed] = [handle, handle.profiling.wrapCalls(fn, nameOf, kept)];
        return new.target === undefined ? Reflect.apply(timed, this, args) : Reflect.construct(timed, args, new.target === wrapper ? timed : new.target);
      };
      return wrapper;
    };

    get #profiler(): PerformanceProfiler {
      return this.#handle().manager.profiler;
    }

    readonly profile: PerformanceProfiler['profile'] = (name, run, options) => this.#profiler.profile(name, run, options);
    readonly start: PerformanceProfiler['start'] = (name, options) => this.#profiler.start(name, options);
    readonly getStatistics: PerformanceProfiler['getStatistics'] = (name) => this.#profiler.getStatistics(name);
    readonly getAllStatistics: PerformanceProfiler['getAllStatistics'] = () => this.#profiler.getAllStatistics();
    readonly watchStatistics: PerformanceProfiler['watchStatistics'] = (options) => this.#profiler.watchStatistics(options);

    static [Symbol.hasInstance](value: unknown): boolean {
      return hasMethods(value, ['profileFunction']);
    }
  }

  class ErrorTrackerPart implements ErrorTracker {
    readonly #handle: () => ManagerHandle;

    constructor(options?: ErrorTrackerOptions) {
      this.#handle = usePart('errorTracking', 'ErrorTracker', options);
    }

    get #tracker(): ErrorTracker {
      return this.#handle().manager.errorTracker;
    }

    readonly captureException: ErrorTracker['captureException'] = (error, options) => this.#tracker.captureException(error, options);
    readonly captureMessage: ErrorTracker['captureMessage'] = (message, options) => this.#tracker.captureMessage(message, options);
    readonly addBreadcrumb: ErrorTracker['addBreadcrumb'] = (message, options) => this.#tracker.addBreadcrumb(message, options);

    static [Symbol.hasInstance](value: unknown): boolean {
      return hasMethods(value, ['captureException']);
    }
  }

  /** The tracer in force, looked up at each call; without one, calls run as if it were not there. */
  function lateTracer(find: () => Tracer | undefined): Tracer {
    const startSpan = ((...given: Parameters<StartSpan>) => (find()?.startSpan ?? silentStartSpan)(...given)) as StartSpan;
    return { startSpan, traceFunction: traceFunctionWith(startSpan) };
  }

  return {
    createObservability: (options = {}) => createManager(environment, options).manager,
    getObservabilityManager: (options = {}) => use(options, 'getObservabilityManager').manager,
    getTracingManager(options) {
      validatePart('tracing', options);
      const { serviceName, ...tracing } = options ?? {};
      return use(options === undefined ? {} : { serviceName, tracing }, 'getTracingManager').manager.tracer;
    },
    getTracer(name, version) {
      let handle: ManagerHandle | undefined;
      let tracer: Tracer | undefined;
      return lateTracer(() => {
        const { handle: current } = processWide();
        // Made once for each manager, not for each span.
        if (current !== handle) [handle, tracer] = [current, current?.tracing.tracer(name, version)];
        return tracer;
      });
    },
    traceFunction: lateTracer(() => (processWide().handle ?? use({}, 'traceFunction')).manager.tracer).traceFunction,
    RequestLogger: RequestLoggerPart,
    PerformanceProfiler: PerformanceProfilerPart,
    ErrorTracker: ErrorTrackerPart,
    consoleSink(options = {}) {
      const { format } = options ?? {};
      if (format !== undefined && format !== 'pretty' && format !== 'json') throw wrongOption('consoleSink.format', "'pretty' or 'json'", format);
      const { print, color, clock } = environment;
      return createConsoleSink({ format, print, color, clock, development: isDevelopment(environment) });
    },
  };
}

function isDevelopment({ variables }: Environment): boolean {
  const { environment = 'development' } = readVariables(variables, () => undefined).options;
  return environment === 'development';
}
