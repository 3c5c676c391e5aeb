// The package's main entry in a page: what every host has, under the same names. What pages alone have is under `/browser`.
export * from '../core/index.ts';
export {
  consoleSink,
  createObservability,
  ErrorTracker,
  getObservabilityManager,
  getTracer,
  getTracingManager,
  jaegerSink,
  keepTraces,
  otlpSink,
  PerformanceProfiler,
  rateLimit,
  RequestLogger,
  rollingStatistics,
  traceFunction,
  zipkinSink,
} from './index.ts';
