// The package in a page: what every host has, under the same names.
import { createHost } from '../core/host.ts';
import type { Host } from '../core/host.ts';
import type * as core from '../core/index.ts';
import { connectLiveFactory } from '../core/live/connect-live.ts';
import type { ConnectLive } from '../core/live/live-connection.ts';
import type { ShareStatistics } from '../core/live/shared-statistics.ts';
import { shareStatisticsFactory } from '../core/live/shared-statistics-factory.ts';
import { createTimedOperators } from '../core/operators/timed-operators.ts';
import type { TimedOperators } from '../core/operators/timed-operators.ts';
import { jaegerSinkFactory } from '../core/sinks/jaeger/jaeger-sink-factory.ts';
import type { JaegerSinkFactory } from '../core/sinks/jaeger/jaeger-sink-factory.ts';
import { otlpSinkFactory } from '../core/sinks/otlp/otlp-sink-factory.ts';
import type { OtlpSinkFactory } from '../core/sinks/otlp/otlp-sink-factory.ts';
import { zipkinSinkFactory } from '../core/sinks/zipkin/zipkin-sink-factory.ts';
import { sentrySinkFactory } from '../core/sinks/sentry/sentry-sink-factory.ts';
import type { SentrySinkFactory } from '../core/sinks/sentry/sentry-sink-factory.ts';
import type { ZipkinSinkFactory } from '../core/sinks/zipkin/zipkin-sink-factory.ts';
import { createBrowserTransport } from './browser-transport.ts';
import { createClock } from './clock.ts';
import { createContextStorage } from './context.ts';
import { createPageEnvironment } from './page-environment.ts';
import { pageSentryHost } from './page-sentry-host.ts';
import { sharedHost } from './shared-host.ts';

export * from '../core/index.ts';

const environment = /* @__PURE__ */ createPageEnvironment();
const host: Host = /* @__PURE__ */ createHost(environment);
// A clock of their own: an application that takes only operators shall not load the rest.
const clock = /* @__PURE__ */ createClock();
const timed: TimedOperators = /* @__PURE__ */ createTimedOperators(clock);

// One by one, because the declarations are made without inference, which cannot see through a destructuring.
export const createObservability: Host['createObservability'] = host.createObservability;
export const getObservabilityManager: Host['getObservabilityManager'] = host.getObservabilityManager;
export const getTracingManager: Host['getTracingManager'] = host.getTracingManager;
export const getTracer: Host['getTracer'] = host.getTracer;
export const traceFunction: Host['traceFunction'] = host.traceFunction;
export const RequestLogger: Host['RequestLogger'] = host.RequestLogger;
export type RequestLogger = core.RequestLogger;
export const PerformanceProfiler: Host['PerformanceProfiler'] = host.PerformanceProfiler;
export type PerformanceProfiler = core.PerformanceProfiler;
export const ErrorTracker: Host['ErrorTracker'] = host.ErrorTracker;
export type ErrorTracker = core.ErrorTracker;
export const consoleSink: Host['consoleSink'] = host.consoleSink;
export const otlpSink: OtlpSinkFactory = /* @__PURE__ */ otlpSinkFactory({ clock, createTransport: createBrowserTransport, language: 'webjs' });
export const jaegerSink: JaegerSinkFactory = /* @__PURE__ */ jaegerSinkFactory({ clock, createTransport: createBrowserTransport, language: 'webjs' });
export const zipkinSink: ZipkinSinkFactory = /* @__PURE__ */ zipkinSinkFactory({ clock, createTransport: createBrowserTransport, language: 'webjs' });
export const sentrySink: SentrySinkFactory = /* @__PURE__ */ sentrySinkFactory(/* @__PURE__ */ pageSentryHost(clock));
export const keepTraces: TimedOperators['keepTraces'] = timed.keepTraces;
export const rateLimit: TimedOperators['rateLimit'] = timed.rateLimit;
export const rollingStatistics: TimedOperators['rollingStatistics'] = timed.rollingStatistics;
export const connectLive: ConnectLive = /* @__PURE__ */ connectLiveFactory({ clock, createContextStorage, fetch: (url, request) => fetch(url, request) });
export const shareStatistics: ShareStatistics = /* @__PURE__ */ shareStatisticsFactory(sharedHost);
