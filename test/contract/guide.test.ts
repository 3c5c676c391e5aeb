// Every snippet of the guide of the Python original, in the names it has here.
import { afterEach, beforeEach, describe, expect, it } from '#test';
import {
  ErrorTracker,
  getObservabilityManager,
  getTracingManager,
  PerformanceProfiler,
  RequestLogger,
  traceFunction,
} from '#sdk';
import type { ObservabilityManager } from '#sdk';
import { createTestClock, memorySink } from '#testing';
import type { TestClock } from '#testing';
import { recordingOf } from '../helpers/recorded.ts';
import type { Recorded } from '../helpers/recorded.ts';

describe('the guide', () => {
  let obs: ObservabilityManager;
  let clock: TestClock;
  let said: Recorded;

  beforeEach(() => {
    clock = createTestClock();
    obs = getObservabilityManager({ clock, sinks: [memorySink()] });
    said = recordingOf(obs);
  });
  afterEach(() => obs.shutdown());

  describe('Distributed Tracing', () => {
    it('traces a block', () => {
      const tracer = getTracingManager({
        serviceName: 'arkhe-framework',
        enabled: true,
        exporter: 'console',
        endpoint: 'http://localhost:4317',
      });
      const result = tracer.startSpan('my_operation', { attributes: { key: 'value' } }, () => {
        clock.advance(25);
        return 42;
      });
      expect(result).toBe(42);
      expect(said.span('my_operation')).toMatchObject({
        duration: 25,
        status: { code: 'unset' },
        attributes: { key: 'value', 'service.name': 'arkhe-framework' },
      });
    });

    it('traces a function', () => {
      const computeSequence = traceFunction({ name: 'compute_sequence', attributes: { module: 'sequences' } })((start: number) => [
        start,
        start + 1,
      ]);
      expect(computeSequence(7)).toEqual([7, 8]);
      expect(said.span('compute_sequence').attributes['module']).toBe('sequences');
    });

    it('uses the console exporter', () => {
      const tracer = getTracingManager({ exporter: 'console' });
      expect(tracer).toBe(obs.tracer);
    });

    it('sets attributes on a span', () => {
      const tracer = getTracingManager();
      tracer.startSpan('training_epoch', (span) => {
        span.setAttribute('epoch', 10);
        span.setAttribute('batch_size', 32);
        span.setAttribute('learning_rate', 0.001);
      });
      expect(said.span('training_epoch').attributes).toMatchObject({ epoch: 10, batch_size: 32, learning_rate: 0.001 });
    });
  });

  describe('Request/Response Logging', () => {
    it('logs a request and its successful response', () => {
      const requestLogger = new RequestLogger({ enabled: true, logLevel: 'INFO' });
      const context = requestLogger.logRequest({
        method: 'POST',
        path: '/api/train',
        params: { epochs: 10, batch_size: 32 },
        headers: { 'Content-Type': 'application/json' },
      });
      clock.advance(120);
      requestLogger.logResponse(context, { status: 'success', responseData: { model_id: 'model_123' } });

      expect(said.only('request')).toMatchObject({
        name: 'POST /api/train',
        method: 'POST',
        path: '/api/train',
        params: { epochs: 10, batch_size: 32 },
        headers: { 'content-type': 'application/json' },
        requestId: context.requestId,
        timestamp: context.startTime,
      });
      expect(said.only('response')).toMatchObject({
        name: 'POST /api/train',
        status: 'success',
        statusCode: undefined,
        duration: 120,
        data: { model_id: 'model_123' },
        error: undefined,
        requestId: context.requestId,
        timestamp: context.startTime,
      });
    });

    it('logs a failed response with its error, and a duration that was measured outside', () => {
      const requestLogger = new RequestLogger({ enabled: true, logLevel: 'INFO' });
      const context = requestLogger.logRequest({ method: 'POST', path: '/api/train' });
      requestLogger.logResponse(context, { status: 'error', duration: 33, error: new TypeError('no data') });
      expect(said.only('response')).toMatchObject({
        status: 'error',
        duration: 33,
        error: { type: 'TypeError', message: 'no data' },
        attributes: { 'error.type': 'TypeError' },
      });
    });
  });

  describe('Performance Profiling', () => {
    it('profiles a function and gives its statistics', () => {
      const profiler = new PerformanceProfiler({ enabled: true });
      const durations = [10, 20, 60];
      const expensiveOperation = profiler.profileFunction({ name: 'expensive_operation' })(() => {
        clock.advance(durations.shift() ?? 0);
        return 'result';
      });
      expect([expensiveOperation(), expensiveOperation(), expensiveOperation()]).toEqual(['result', 'result', 'result']);

      const stats = profiler.getStatistics('expensive_operation');
      expect(stats).toMatchObject({ count: 3, total: 90, mean: 30, min: 10, max: 60, errors: 0 });
      expect([...profiler.getAllStatistics()].map(([name, { mean }]) => `${name}: ${mean} ms average`)).toEqual([
        'expensive_operation: 30 ms average',
      ]);
      expect(said.ofKind('profile').map(({ duration }) => duration)).toEqual([10, 20, 60]);
    });
  });

  describe('Error Tracking', () => {
    it('captures an exception with its context', () => {
      const errorTracker = new ErrorTracker({ enabled: true, sentryDsn: undefined, environment: 'production' });
      const eventId = errorTracker.captureException(new RangeError('too many epochs'), {
        context: { user_id: 7, operation: 'train_model', config: { epochs: 10 } },
      });
      expect(eventId).toMatch(/^[0-9a-f]{32}$/);
      expect(said.only('error')).toMatchObject({
        name: 'RangeError',
        eventId,
        error: { type: 'RangeError', message: 'too many epochs' },
        context: { user_id: 7, operation: 'train_model', config: { epochs: 10 } },
        handled: true,
        level: 'error',
        attributes: { 'deployment.environment.name': 'production' },
      });
    });

    it('captures a message', () => {
      const errorTracker = new ErrorTracker();
      const eventId = errorTracker.captureMessage('Model training started', { level: 'info', context: { model_id: 'model_123' } });
      expect(said.only('log')).toMatchObject({
        eventId,
        message: 'Model training started',
        level: 'info',
        severityNumber: 9,
        context: { model_id: 'model_123' },
      });
    });
  });

  describe('Unified Observability Manager', () => {
    it('traces a request to its successful end', () => {
      const manager = getObservabilityManager({
        requestLogging: true,
        profiling: true,
        errorTracking: true,
        sentryDsn: undefined,
        environment: 'production',
      });
      expect(manager).toBe(obs);
      const context = manager.traceRequest('POST', '/api/train', { params: { epochs: 10 } });
      clock.advance(50);
      manager.traceResponse(context, { status: 'success', duration: 50 });

      expect(said.only('request').params).toEqual({ epochs: 10 });
      expect(said.only('response')).toMatchObject({ status: 'success', duration: 50 });
      expect(said.span('POST /api/train')).toMatchObject({ spanKind: 'server', duration: 50, requestId: context.requestId });
    });

    it('traces a request to its failure', () => {
      const context = obs.traceRequest('POST', '/api/train', { params: { epochs: 10 } });
      const error = new Error('diverged');
      obs.errorTracker.captureException(error, { context: { request: context } });
      obs.traceResponse(context, { status: 'error', error });
      expect(said.only('error').context).toMatchObject({ request: { requestId: context.requestId, path: '/api/train' } });
      expect(said.only('response')).toMatchObject({ status: 'error', error: { message: 'diverged' } });
      expect(said.span('POST /api/train')).toMatchObject({ status: { code: 'error', message: 'diverged' } });
    });
  });

  describe('Best Practices', () => {
    it('nests spans in a traced function', () => {
      const tracer = getTracingManager();
      const trainModel = traceFunction({ name: 'model_training', attributes: { model_type: 'transformer' } })((config: { readonly rows: number }) => {
        const data = tracer.startSpan('data_loading', () => config.rows);
        return tracer.startSpan('training_loop', () => data * 2);
      });
      expect(trainModel({ rows: 21 })).toBe(42);
      const root = said.span('model_training');
      expect(said.span('data_loading').parentSpanId).toBe(root.trace.spanId);
      expect(said.span('training_loop').parentSpanId).toBe(root.trace.spanId);
      expect(root.parentSpanId).toBe(undefined);
    });

    it('uses request ids for correlation', () => {
      const context = new RequestLogger().logRequest('POST', '/api/train');
      expect(context.requestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(said.only('request').requestId).toBe(context.requestId);
    });

    it('monitors performance trends', () => {
      obs.profiler.profile('fast', () => clock.advance(1));
      obs.profiler.profile('slow', () => clock.advance(900));
      for (const [name, statistics] of obs.profiler.getAllStatistics()) {
        if (statistics.mean > 500) obs.logger.warn(`Slow function detected: ${name}`);
      }
      expect(said.only('log')).toMatchObject({ level: 'warn', message: 'Slow function detected: slow', severityNumber: 13 });
    });
  });

  describe('Integration Examples', () => {
    it('observes a training pipeline', () => {
      function trainWithObservability(config: { readonly epochs: number; readonly fails?: boolean }): string {
        return obs.traceRequest('TRAIN', 'training_pipeline', { params: config }, () => {
          try {
            obs.tracer.startSpan('dataset_creation', () => clock.advance(10));
            return obs.tracer.startSpan('model_training', () => {
              clock.advance(100);
              if (config.fails) throw new Error('out of memory');
              return 'model';
            });
          } catch (error) {
            obs.errorTracker.captureException(error, { context: { config } });
            throw error;
          }
        });
      }

      expect(trainWithObservability({ epochs: 3 })).toBe('model');
      expect(said.only('response')).toMatchObject({ name: 'TRAIN training_pipeline', status: 'success', duration: 110 });
      const root = said.span('TRAIN training_pipeline');
      expect(root.spanKind).toBe('internal');
      expect(said.span('model_training')).toMatchObject({ parentSpanId: root.trace.spanId, requestId: root.requestId });

      expect(() => trainWithObservability({ epochs: 3, fails: true })).toThrow('out of memory');
      expect(said.ofKind('response')[1]).toMatchObject({ status: 'error', error: { message: 'out of memory' } });
      const failed = said.ofKind('span').filter(({ status }) => status.code === 'error');
      expect(failed.map(({ name }) => name)).toEqual(['model_training', 'TRAIN training_pipeline']);
      // Where it was thrown, not where it was caught.
      expect(said.only('error').trace).toEqual(failed[0]?.trace);
    });
  });
});
