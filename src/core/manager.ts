import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { Subject, Subscription } from 'rxjs';
import { completeSignal } from './complete-signal.ts';
import { asOptionsOf } from './configuration-error.ts';
import { readVariables } from './config/environment-variables.ts';
import type { ObservabilityOptions } from './config/options.ts';
import { defined, mergeOptions, resolveSettings } from './config/settings.ts';
import type { Settings } from './config/settings.ts';
import { validateOptions } from './config/validate-options.ts';
import { createDiagnostics } from './diagnostics.ts';
import type { Environment } from './environment.ts';
import { readProperty } from './read-property.ts';
import { tellingOf } from './echo-guard.ts';
import { exporting } from './exporting.ts';
import { createErrorTracking } from './errors/error-tracking.ts';
import { createTrail } from './errors/trail.ts';
import { foreignSignal } from './foreign-signal.ts';
import { createIds, fillFrom } from './ids.ts';
import { LedgerBook } from './ledger.ts';
import { createLogger } from './logger.ts';
import { attachHandle } from './manager-handle.ts';
import type { FlushOptions, FlushResult, ObservabilityManager } from './observability.ts';
import { createMetricRecorder } from './metrics/metric-recorder.ts';
import { createPipeline } from './pipeline.ts';
import { createProfiling } from './profiling/profiling.ts';
import type { Profiling } from './profiling/profiling.ts';
import { createRedactor } from './redaction/redactor.ts';
import { createSourceRequests } from './requests/observe-requests.ts';
import { createRequestBook } from './requests/request-book.ts';
import { createRequests } from './requests/requests.ts';
import type { Requests } from './requests/requests.ts';
import { route } from './router.ts';
import type { ActiveContext, Runtime } from './runtime.ts';
import type { Attributes, Signal, SignalInput, SignalKind } from './signal.ts';
import { createSinkSet } from './sink-set.ts';
import { createConsoleSink } from './sinks/console.ts';
import type { Sink } from './sink.ts';
import type { Source, SourceContext } from './source.ts';
import { observeSources } from './source-set.ts';
import { asyncDispose } from './tracing/span.ts';
import { isContextManaged, watchApiCopies } from './tracing/api-copies.ts';
import { isSampled } from './tracing/sampler.ts';
import { createTracing } from './tracing/tracing.ts';
import { unseenBySentry } from './unseen-by-sentry.ts';
import type { Tracing } from './tracing/tracing.ts';

/** A manager, and what the SDK itself does with it. */
export interface ManagerHandle {
  readonly manager: ObservabilityManager;
  readonly requests: Requests;
  /** For adapters of frameworks, which are sources that the application calls. */
  readonly sources: SourceContext;
  readonly tracing: Tracing;
  readonly profiling: Profiling;
  /** Of every signal, redacted. */
  readonly resource: Attributes;
  /** The text without its secrets, by the rules in force. */
  redactText(text: string): string;
  readonly isShutDown: boolean;
  /**
   * Merges later options: the last explicit value wins, the streams stay the same.
   * @throws ConfigurationError naming every wrong path at once; then nothing changes
   */
  configure(options: ObservabilityOptions, by: string): void;
}

/** How long `flush` and `shutdown` wait, in milliseconds. */
const PATIENCE = 5_000;

/** Longest a host's timer waits, in milliseconds. */
const LONGEST = 2_147_483_647;

/** @throws ConfigurationError naming every wrong path at once */
export function createManager(environment: Environment, given: ObservabilityOptions): ManagerHandle {
  validateOptions(given);
  const clock = given.clock ?? environment.clock;
  const diagnostics = createDiagnostics(clock);
  const variables = readVariables(environment.variables, (message) => diagnostics.ignored('environment', message));
  let options = given;
  let settings: Settings = resolveSettings(options, variables);
  let sessionId = settings.enabled ? environment.session() : undefined;
  let redactor = createRedactor(options.redaction);
  /** Redacted once, not with every signal. */
  let resource = redactor.redactResource(settings.resource);

  const book = new LedgerBook();
  const storage = environment.createContextStorage<ActiveContext>();
  const exports = exporting(environment.createContextStorage);
  const telling = tellingOf(environment.createContextStorage);
  const sinks = createSinkSet({ book, clock, diagnostics, run: unobserved, random: settings.random });
  // Before the pipeline: an operator may give out signals when it starts.
  let sinksInUse: readonly Sink[] = [];
  sayUnused(given);
  if (settings.enabled) useSinks(chosenSinks(options, settings));
  const trail = createTrail({ settings: () => settings.errorTracking, sessionId: () => sessionId });
  const pipeline = createPipeline(
    {
      book,
      diagnostics,
      isSampled: (signal) => isSampled(signal, settings.sampling),
      route: (signal, asMade, bytes) => route(signal, sinks.deliveries, book, asMade, bytes),
      trail,
      flightRecording: () => settings.flightRecorder,
    },
    { operators: options.pipeline ?? [], redactor },
  );
  const { signals$ } = pipeline;
  const exiting = new Subject<unknown>();
  let observed = new Subscription();
  let leaving: Subscription | undefined;
  let copies: Subscription | undefined;
  let ended: Promise<FlushResult> | undefined;
  let flushed = { delivered: 0, handedOff: 0, dropped: 0 };

  const runtime: Runtime = {
    get settings() {
      return settings;
    },
    clock,
    ids: createIds(settings.random === undefined ? environment.fillRandom : fillFrom(settings.random)),
    diagnostics,
    storage,
    exports,
    redactText: (text) => redactor.redactText(text),
    currentTrace: () => tracing.currentTrace(),
    traceAt(active) {
      // Mostly OpenTelemetry has no part in it, and then what is active says it all.
      if (isContextManaged() || (active !== undefined && active.span === undefined)) return tracing.currentTrace();
      return active?.span?.trace;
    },
    get resource() {
      return resource;
    },
    get sessionId() {
      return sessionId;
    },
    emit,
    emitComplete(signal) {
      if (!settings.enabled) return;
      book.emit();
      try {
        push(signal);
      } catch (error) {
        refuse(() => diagnostics.failed('source-failed', 'emit', error));
      }
    },
    wants(kind) {
      const wanted = isWanted(kind);
      if (!wanted) runtime.skip('no-sink');
      return wanted;
    },
    skip(reason) {
      book.emit();
      book.filter(ended === undefined ? reason : 'shutdown');
    },
  };
  const tracing = createTracing(runtime, environment);
  const errorTracking = createErrorTracking({ runtime, traceOf: tracing.traceOf, trail });
  const requestBook = createRequestBook(runtime, errorTracking.errors);
  const requests = createRequests(runtime, requestBook, tracing.manager);
  const sourceRequests = createSourceRequests({ runtime, book: requestBook, tracing: tracing.sources, logsOutgoing: environment.logsOutgoing });
  const sourceContext: SourceContext = {
    clock,
    tracing: tracing.sources,
    requests: sourceRequests,
    errors: errorTracking.errors,
    exit$: exiting,
    wants: isWanted,
  };
  const profiles$ = pipeline.signalsOf('profile');
  const profiling = createProfiling(runtime, profiles$);

  /** Whether anybody may want signals of this kind. */
  function isWanted(kind: SignalKind): boolean {
    return pipeline.observed || sinks.mayAccept(kind) || trail.wants(kind);
  }

  /** Counts a signal in, unless it is not wanted here. */
  function admits(): boolean {
    if (!settings.enabled) return false;
    const suppressed = storage.get()?.suppressed === true;
    if (suppressed) runtime.skip('disabled');
    else book.emit();
    return !suppressed;
  }

  function emit(input: SignalInput): void {
    if (!admits()) return;
    try {
      push(completeSignal(input, { runtime, resource, sessionId }));
    } catch (error) {
      refuse(() => diagnostics.failed('source-failed', 'emit', error));
    }
  }

  function push(signal: Signal): void {
    // The cheaper question first: this is asked for every signal.
    if (telling.get() === true && pipeline.busy) pipeline.pushWithin(signal, (work) => telling.run(true, work));
    else pipeline.push(signal);
  }

  /** A source may hand in anything, and change it afterwards. */
  function emitForeign(given: unknown): void {
    if (!admits()) return;
    try {
      const input = foreignSignal(given);
      if (input === undefined) refuse(() => diagnostics.ignored('emit', 'something that is not a signal'));
      else push(completeSignal(input, { runtime, resource, sessionId }));
    } catch (error) {
      refuse(() => diagnostics.failed('source-failed', 'emit', error));
    }
  }

  /** What is not a signal at all is counted as what the first step of the stream let through: nothing. */
  function refuse(say: () => void): void {
    say();
    book.filter('pipeline');
  }

  /** What a sink does is not to be told, by us or by the host's OpenTelemetry or Sentry, nor is it part of the span that made a batch full. */
  function unobserved<R>(work: () => R): R {
    return exports.run(true, () => storage.run({ suppressed: true }, () => context.with(suppressTracing(ROOT_CONTEXT), () => unseenBySentry(work))));
  }

  /** @throws ConfigurationError for an endpoint that the exporter cannot send to from this host */
  function defaultSinks({ tracing: { exporters }, errorTracking: { sentry }, development, exports }: Settings): readonly Sink[] {
    const { print, color, otlpSink, jaegerSink, zipkinSink, sentrySink } = environment;
    const factories = { otlp: otlpSink, jaeger: jaegerSink, zipkin: zipkinSink };
    // An exporter is for spans: without one the console still tells of requests, errors and messages.
    const console = createConsoleSink({ print, color, clock, development, spans: exporters?.includes('console') });
    return [
      console,
      ...exports.map(({ exporter, options }) => asOptionsOf('tracing', () => factories[exporter](options))),
      ...(sentry !== undefined ? [asOptionsOf('errorTracking', () => sentrySink(sentry))] : []),
    ];
  }

  /** What was given in vain. */
  function sayUnused({ tracing, sentryDsn, errorTracking }: ObservabilityOptions): void {
    const dsn = sentryDsn ?? Object(errorTracking).sentryDsn;
    if (dsn !== undefined && Array.isArray(options.sinks)) diagnostics.ignored('sentryDsn', '`sinks` lists all sinks there are: add sentrySink(), not used');
    // The guide gives an endpoint beside the console.
    if (settings.exports.length > 0 || typeof tracing !== 'object' || (tracing.endpoint ?? tracing.headers) === undefined) return;
    diagnostics.ignored('tracing', 'endpoint and headers: the console sends nowhere, not used');
  }

  function useSinks(wanted: readonly Sink[]): void {
    sinksInUse = wanted;
    sinks.replace(wanted, { ...settings.delivery, development: settings.development, resource });
  }

  /** @throws ConfigurationError for what a function gave that is no list of sinks */
  function chosenSinks(from: ObservabilityOptions, resolved: Settings): readonly Sink[] {
    if (typeof from.sinks !== 'function') return from.sinks ?? defaultSinks(resolved);
    const sinks = from.sinks(defaultSinks(resolved));
    validateOptions({ sinks });
    return sinks;
  }

  /** @throws ConfigurationError for what a function gave that is no list of sources */
  function chosenSources(from: ObservabilityOptions): readonly Source[] {
    if (from.sources === false) return [];
    const defaults = environment.sources;
    if (typeof from.sources !== 'function') return from.sources ?? defaults;
    const sources = from.sources(defaults);
    validateOptions({ sources });
    return sources;
  }

  /** Observes these from now on; without a list, those of before. */
  function start(sources: readonly Source[] | undefined): void {
    // Before this one registers: a registry that is another copy's already tells its version.
    if (settings.enabled && settings.tracing.enabled) copies ??= watchApiCopies({ clock, diagnostics, find: environment.findApiCopies });
    tracing.register(settings.enabled && settings.tracing.register);
    if (sources !== undefined || !settings.enabled) observed.unsubscribe();
    if (!settings.enabled) return;
    leaving ??= environment.leaving$.subscribe((how) => {
      // Before the sinks: what sources end now shall still be sent.
      if (how === 'exit') {
        exiting.next(how);
        requestBook.close();
      }
      errorTracking.settle();
      sinks.leave();
    });
    if (sources !== undefined) observed = observeSources(sources, { ...sourceContext, diagnostics, emit: emitForeign });
  }

  function totals(): FlushResult {
    let [delivered, handedOff, dropped, pending] = [0, 0, 0, 0];
    for (const account of Object.values(book.read().sinks)) {
      delivered += account.delivered;
      handedOff += account.handedOff;
      pending += account.pending;
      for (const count of Object.values(account.dropped)) dropped += count;
    }
    return { ok: false, timedOut: false, delivered, handedOff, dropped, pending };
  }

  /** In milliseconds; what is no time is told, and the default. */
  function timeoutFor(name: string, given: FlushOptions | undefined): number {
    const timeout = readProperty(Object(given), 'timeout') ?? PATIENCE;
    if (typeof timeout === 'number' && timeout >= 0) return Math.min(timeout, LONGEST);
    diagnostics.ignored(name, `timeout: expected milliseconds from 0, ${PATIENCE} is used`);
    return PATIENCE;
  }

  /** Waits for the work, but no longer than the time; the process stays alive meanwhile, because someone waits. */
  async function within(timeout: number, work: () => Promise<void>): Promise<boolean> {
    const release = environment.keepAlive();
    const expired = new Subscription();
    try {
      const deadline = new Promise<boolean>((resolve) => {
        expired.add(clock.every(timeout).subscribe(() => resolve(true)));
      });
      return await Promise.race([work().then(() => false), deadline]);
    } finally {
      expired.unsubscribe();
      release();
    }
  }

  /** Since the previous result. */
  function result(timedOut: boolean): FlushResult {
    const now = totals();
    const delivered = now.delivered - flushed.delivered;
    const handedOff = now.handedOff - flushed.handedOff;
    const dropped = now.dropped - flushed.dropped;
    flushed = now;
    return { ok: !timedOut && dropped === 0, timedOut, delivered, handedOff, dropped, pending: now.pending };
  }

  async function flush(given?: FlushOptions): Promise<FlushResult> {
    if (ended !== undefined) return ended;
    errorTracking.settle();
    // Asked by a subscriber, an operator or a sink: the signal on its way has not reached the sinks yet.
    if (pipeline.busy) await Promise.resolve();
    return result(await within(timeoutFor('flush', given), () => sinks.flush()));
  }

  async function end(given?: FlushOptions): Promise<FlushResult> {
    const until = clock.elapsed() + timeoutFor('shutdown', given);
    const left = (): number => Math.max(1, until - clock.elapsed());
    observed.unsubscribe();
    copies?.unsubscribe();
    tracing.register(false);
    requestBook.close();
    errorTracking.settle();
    pipeline.drain();
    if (pipeline.busy) await Promise.resolve();
    const timedOut = await within(left(), () => sinks.flush());
    leaving?.unsubscribe();
    // Closing counts what is left as dropped at once; only a sink that never finishes closing is not waited for.
    const closedLate = await within(left(), () => sinks.close());
    pipeline.complete();
    diagnostics.complete();
    return result(timedOut || closedLate);
  }

  start(settings.enabled ? chosenSources(options) : undefined);

  const manager: ObservabilityManager = {
    tracer: tracing.manager,
    requestLogger: requests,
    profiler: profiling.profiler,
    errorTracker: errorTracking.tracker,
    logger: createLogger(runtime),
    traceRequest: requests.trace,
    traceResponse: (context, response = {}) => requests.logResponse(context, response),
    recordMetric: createMetricRecorder(runtime),
    signals$,
    spans$: pipeline.signalsOf('span'),
    requests$: pipeline.signalsOf('request'),
    responses$: pipeline.signalsOf('response'),
    profiles$,
    errors$: pipeline.signalsOf('error'),
    logs$: pipeline.signalsOf('log'),
    metrics$: pipeline.signalsOf('metric'),
    health$: diagnostics.health$,
    ledger: () => book.read(),
    flush,
    shutdown(given) {
      if (ended !== undefined) return ended;
      // Set before anything foreign runs: a sink or a source that is ending may come back here.
      let finish = (_: Promise<FlushResult>): void => undefined;
      ended = new Promise((resolve) => (finish = resolve));
      finish(end(given));
      return ended;
    },
    async [asyncDispose]() {
      await manager.shutdown();
    },
  };

  return attachHandle({
    manager,
    requests,
    sources: sourceContext,
    tracing,
    profiling,
    get resource() {
      return resource;
    },
    redactText: runtime.redactText,
    get isShutDown() {
      return ended !== undefined;
    },
    configure(later, by) {
      validateOptions(later);
      const changed = Object.keys(defined(later));
      if (changed.length === 0 || ended !== undefined) return;
      const touches = (...names: readonly (keyof ObservabilityOptions)[]): boolean => names.some((name) => changed.includes(name));
      // First what may throw: then nothing has changed.
      const merged = mergeOptions(options, later);
      const resolved = resolveSettings(merged, variables);
      const newRedactor = later.redaction === undefined ? redactor : createRedactor(merged.redaction);
      // What the default sinks are depends on these. Those of a manager that is switched off stay, and finish their work.
      const switchedOn = resolved.enabled && !settings.enabled;
      const sinksTouched =
        switchedOn ||
        touches('sinks') ||
        resolved.development !== settings.development ||
        String(resolved.tracing.exporters) !== String(settings.tracing.exporters) ||
        JSON.stringify(resolved.exports) !== JSON.stringify(settings.exports) ||
        JSON.stringify(resolved.errorTracking.sentry) !== JSON.stringify(settings.errorTracking.sentry);
      const newSinks = resolved.enabled && sinksTouched ? chosenSinks(merged, resolved) : sinksInUse;
      // The others go on as they are: a source that starts anew tells again what it told before.
      const newSources = switchedOn || (resolved.enabled && touches('sources')) ? chosenSources(merged) : undefined;
      options = merged;
      settings = resolved;
      redactor = newRedactor;
      resource = redactor.redactResource(settings.resource);
      sessionId ??= settings.enabled ? environment.session() : undefined;
      profiling.configure();
      pipeline.configure({ ...(later.pipeline && { operators: later.pipeline }), redactor });
      useSinks(newSinks);
      start(newSources);
      sayUnused(later);
      const late: readonly string[] = changed.filter((name) => name === 'clock' || name === 'random');
      if (late.length > 0) diagnostics.ignored(by, `${late.join(', ')}: taken only by a manager that begins, ignored`);
      const used = changed.filter((name) => !late.includes(name));
      if (used.length > 0) diagnostics.ignored(by, `these options were merged into the process-wide manager: ${used.join(', ')}`);
    },
  });
}
