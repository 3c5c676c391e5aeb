// The package's main entry in Node: what every host has, under the same names. What Node alone has is under `/node`.
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
