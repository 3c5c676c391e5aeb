import { Subscription } from 'rxjs';
import type { Health } from '../../core/diagnostics.ts';
import type { LiveConnection, LiveState } from '../../core/live/live-connection.ts';
import type { Signal } from '../../core/signal.ts';
import { element, part } from './element.ts';
import { createErrorList } from './error-list.ts';
import { exemplarList } from './exemplar-list.ts';
import { createHealthList } from './health-list.ts';
import { listenForKeys } from './keys.ts';
import { createLedgerPanel } from './ledger-panel.ts';
import { LivePicture } from './live-picture.ts';
import type { PicturePart } from './live-picture.ts';
import { createPageHeader } from './page-header.ts';
import { createRuntimeFigures } from './runtime-figures.ts';
import { createSeriesChart } from './series-chart.ts';
import { createSeriesTable } from './series-table.ts';
import { createTheme } from './theme.ts';
import { createTiles } from './tiles.ts';
import { createTokenForm } from './token-form.ts';
import type { TokenKeeper } from './token.ts';
import { createTraceList } from './trace-list.ts';

/** What the page needs of its entry. */
export interface DashboardSetup {
  /** @throws for a token that cannot be sent */
  connect(token: string | undefined): LiveConnection<Signal>;
  readonly token: TokenKeeper;
}

/** Fills the page, and keeps it so. */
export function startDashboard({ connect, token }: DashboardSetup): void {
  const picture = new LivePicture();
  const header = createPageHeader();
  const tiles = createTiles();
  const traces = createTraceList();
  const openTrace = (traceId: string): void => traces.open(traceId);
  const isKnown = (traceId: string): boolean => traces.has(traceId);
  const errors = createErrorList(isKnown, openTrace);
  const runtime = createRuntimeFigures();
  const ledger = createLedgerPanel();
  const health = createHealthList();
  const chart = createSeriesChart();
  const table = createSeriesTable(showChart);
  const form = createTokenForm((given) => {
    token.keep(given);
    open();
  });
  const theme = createTheme(part('theme'), () => chart.recolour());
  const dirty = new Set<PicturePart>();
  let scheduled = false;
  let paused = false;
  let lastFrame: number | undefined;
  let connection = new Subscription();

  function showChart(name: string): void {
    const statistics = picture.statistics?.series.find((series) => series.name === name);
    const exemplars = statistics === undefined ? element('p') : exemplarList(statistics, isKnown, openTrace);
    chart.show(name, statistics, picture.history.columns(name, picture.gap), exemplars);
  }

  /** A part is drawn at most once for each time the screen is, and not at all while nobody sees it. */
  function changed(which: PicturePart | undefined): void {
    if (which === undefined) return;
    dirty.add(which);
    // That there is nothing is known only once the server has spoken.
    if (which === 'head') dirty.add('errors').add('health');
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      render();
    });
  }

  function render(): void {
    if (dirty.delete('head') && picture.hello !== undefined) header.hello(picture.hello, picture.skipped);
    if (paused || dirty.size === 0) return;
    if (dirty.has('traces')) traces.show(picture.traces);
    if (dirty.has('series')) table.show(picture.statistics?.series ?? [], picture.statistics?.leftOut ?? 0, picture.history);
    // What leads from a series to a trace depends on both.
    if ((dirty.has('series') || dirty.has('traces')) && table.selected !== undefined) showChart(table.selected);
    if (dirty.has('errors')) errors.show(picture.errors, picture.hello !== undefined);
    if (dirty.has('metrics')) runtime.show(picture.metrics);
    if (dirty.has('ledger')) ledger.show(picture.ledger);
    if (dirty.has('health')) health.show(picture.health, picture.hello !== undefined);
    tiles.show(picture);
    dirty.clear();
  }

  function pause(): void {
    paused = !paused;
    header.paused(paused);
    render();
  }

  function open(): void {
    connection.unsubscribe();
    connection = new Subscription();
    form.hide();
    let live: LiveConnection<Signal>;
    try {
      live = connect(token.read());
    } catch {
      // Nothing of it is shown: it may be a secret with a slip.
      token.forget();
      return refused('This cannot be a token: only visible ASCII characters can be sent.');
    }
    let reason: string | undefined;
    connection.add(
      live.health$.subscribe((trouble) => {
        reason = ownReason(trouble) ?? reason;
        changed(picture.note(trouble));
      }),
    );
    connection.add(live.frames$.subscribe((frame) => {
      lastFrame = Date.now();
      changed(picture.apply(frame));
    }));
    connection.add(live.state$.subscribe((state) => becomes(state, reason)));
  }

  function becomes(state: LiveState, reason: string | undefined): void {
    header.state(state, reason);
    if (state !== 'closed' || reason === undefined || !/answered 40[13]:/.test(reason)) return;
    const had = token.read() !== undefined;
    token.forget();
    refused(had ? 'The server refused the token.' : '');
  }

  function refused(problem: string): void {
    header.state('closed', problem === '' ? 'The server asks for a token.' : problem);
    form.ask(problem);
  }

  part('pause').addEventListener('click', pause);
  listenForKeys([
    { keys: ['/'], meaning: 'Filter the series', run: () => table.focusFilter() },
    { keys: ['↑', '↓', 'Home', 'End'], meaning: 'Move in the table' },
    { keys: ['Enter'], meaning: 'Show the series under the focus' },
    { keys: ['Esc'], meaning: 'Clear the filter, close this' },
    { keys: ['p'], meaning: 'Pause or resume the display', run: pause },
    { keys: ['t'], meaning: 'Light or dark', run: () => theme.toggle() },
  ]);
  setInterval(() => header.age(lastFrame, Date.now()), 1_000);
  for (const each of ['series', 'ledger', 'metrics', 'errors', 'traces', 'health'] as const) dirty.add(each);
  render();
  open();
}

/** Why the connection ended, in its own words. */
function ownReason(trouble: Health): string | undefined {
  return trouble.type === 'source-failed' && trouble.name === 'connectLive' ? trouble.error.message : undefined;
}
