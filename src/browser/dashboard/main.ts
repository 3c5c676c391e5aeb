// The script of the page that a live handler serves.
import { connectLiveFactory } from '../../core/live/connect-live.ts';
import { createClock } from '../clock.ts';
import { createContextStorage } from '../context.ts';
import { startDashboard } from './dashboard.ts';
import { takeToken } from './token.ts';

const connect = connectLiveFactory({ clock: createClock(), createContextStorage, fetch: (url, request) => fetch(url, request) });
// The stream is where the page is.
const url = `${location.origin}${location.pathname}`;
const query = new URLSearchParams(location.search);

startDashboard({
  connect: (token) =>
    connect(url, { parts: ['statistics', 'health', 'ledger', 'metrics', 'errors', 'traces'], token, window: wish('window'), every: wish('every') }),
  token: takeToken(window),
});

/** `?window=300000`: milliseconds. What is no number is not asked for. */
function wish(name: string): number | undefined {
  const milliseconds = Number(query.get(name) ?? Number.NaN);
  return milliseconds > 0 && milliseconds <= 2_147_483_647 ? milliseconds : undefined;
}
