// The figures of the stream, as the terminal shows them: subscribe, and RxJS does the rest.
import { exceeds, rollingStatistics } from '@arkhe/observability';
import { filter } from 'rxjs';

const windowMs = 60_000;

export function watchFigures({ obs }) {
  let responses = new Map();
  let functions = new Map();
  const sales = { orders: 0, revenue: 0 };

  // By name, which is the method and the route: `GET /api/products/:id` is one series however many products there are. What has no
  // route is no series, or every mistyped address would make one.
  const responses$ = obs.responses$.pipe(
    filter(({ side }) => side === 'server'),
    rollingStatistics({
      by: ({ name, attributes }) => attributes['http.route'] && name,
      value: ({ duration }) => duration,
      window: windowMs,
      every: 1_000,
    }),
  );
  responses$.subscribe((series) => (responses = series));
  obs.profiler.watchStatistics({ window: windowMs }).subscribe((series) => (functions = series));
  obs.metrics$.subscribe(({ name, value, attributes }) => {
    // A page may report metrics too, and call them what it likes.
    if (attributes['service.name'] !== 'shop-backend') return;
    if (name === 'shop.orders') sales.orders += value;
    if (name === 'shop.revenue') sales.revenue += value;
  });

  return {
    windowMs,
    get responses() {
      return responses;
    },
    get functions() {
      return functions;
    },
    sales,
    /** A series each time it becomes slow: three seconds in a row above the line. */
    alerts$: responses$.pipe(exceeds({ statistic: 'p95', above: 500, times: 3, minCount: 5 })),
  };
}
