// A page: one call, its own attributes and redaction, a wrapped call, a click, a report of what is slow.
import {
  batch,
  ConfigurationError,
  consoleSink,
  createObservability,
  enrich,
  exceeds,
  ofKind,
  redact,
  rollingStatistics,
  sampleTraces,
} from '@arkhe/observability';
import type { ErrorSignal, ObservabilityManager, ObservabilityOptions, Signal, Sink, Span, TraceContext } from '@arkhe/observability';
import { map, type Observable } from 'rxjs';

declare const settings: { readonly release?: string; readonly environment: string | undefined };

const beacon: Sink = {
  name: 'beacon',
  accepts: (signal) => signal.kind !== 'profile',
  async write(signals, { abortSignal, leaving }) {
    const body = JSON.stringify(signals);
    if (leaving) return { handedOff: navigator.sendBeacon('/telemetry', body) };
    const { ok } = await fetch('/telemetry', { method: 'POST', body, signal: abortSignal });
    return ok ? undefined : { rejected: signals.length };
  },
};

const options: ObservabilityOptions = {
  serviceName: 'shop-frontend',
  environment: settings.environment,
  release: settings.release,
  sampling: { rate: 0.1 },
  redaction: { keys: [/card/i, 'iban'], allow: ['card.brand'] },
  pipeline: [enrich((signal) => (signal.kind === 'error' ? { 'page.path': location.pathname } : undefined)), redact()],
  sinks: (defaults) => [...defaults, consoleSink({ format: 'pretty' }), beacon],
};

function start(): ObservabilityManager | undefined {
  try {
    return createObservability(options);
  } catch (error) {
    if (error instanceof ConfigurationError) for (const { path, expected } of error.issues) console.warn(path, expected);
    return undefined;
  }
}

const obs = start();
if (obs !== undefined) {
  document.querySelector('#buy')?.addEventListener('click', async () => {
    const order: { id: string } = await obs.tracer.startSpan('buy', { attributes: { 'cart.items': 3 } }, async (span: Span) => {
      const response = await fetch('/orders', { method: 'POST', headers: obs.tracer.inject(span) });
      span.setAttribute('http.response.status_code', response.status).addEvent('answered');
      return response.json();
    });
    obs.logger.info('bought', { 'order.id': order.id });
  });

  const errors$: Observable<ErrorSignal> = obs.signals$.pipe(sampleTraces({ rate: 1 }), ofKind('error'));
  const traces$: Observable<TraceContext | undefined> = errors$.pipe(map(({ error, trace }) => (error.cause ? trace : undefined)));
  traces$.subscribe((trace) => console.info(trace?.traceId));

  obs.responses$
    .pipe(
      rollingStatistics({ by: (response) => response.attributes['http.route'], value: (response) => response.duration, window: 30_000, every: 1_000 }),
      exceeds({ statistic: 'p95', above: 500, times: 3 }),
    )
    .subscribe(({ name, p95 }) => console.warn(`${name} is slow: ${p95.toFixed()} ms`));

  obs.logs$.pipe(batch({ maxSize: 10, flushOn: obs.errors$ })).subscribe((logs) => console.info(logs.length, logs[0]?.message));

  // @ts-expect-error a response has no error message of its own
  obs.responses$.subscribe((response) => response.message);
  // @ts-expect-error the rate is a number
  createObservability({ sampling: { rate: 'all' } });
}

export function isFailure(signal: Signal): boolean {
  switch (signal.kind) {
    case 'span':
      return signal.status.code === 'error';
    case 'response':
      return signal.status === 'error';
    default:
      return signal.kind === 'error';
  }
}
