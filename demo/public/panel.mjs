// The panel: the services' figures, from their live stream, and the page's own, from its own stream. Both are RxJS.
const { connectLive, rollingStatistics } = globalThis.arkheObservability;
const element = (id) => document.getElementById(id);
const columns = ['count', 'errors', 'p50', 'p95', 'p99'];
const shown = 12;

export function startPanel(obs) {
  // The same operator as behind the other table, over the page's spans.
  obs.spans$
    .pipe(rollingStatistics({ by: nameOf, value: ({ duration }) => duration, window: 60_000, every: 1_000 }))
    .subscribe((series) => showTable(element('page'), Object.fromEntries(series), 'No clicks yet'));

  const live = connectLive(new URL('/observability/', location.href).href, {
    kinds: ['span', 'response', 'profile', 'error', 'log'],
    parts: ['statistics', 'ledger', 'metrics'],
  });
  const latest = [];
  live.signals$.subscribe((signal) => {
    latest.unshift(brief(signal));
    latest.length = Math.min(latest.length, shown);
  });
  live.statistics$.subscribe((series) => {
    showTable(element('services'), Object.fromEntries(series), 'Nothing in the last minute');
    showSignals(latest);
  });
  let sales = '';
  live.frames$.subscribe((frame) => {
    if (frame.type === 'ledger') showLedger({ terminal: frame.ledger, page: obs.ledger() });
    if (frame.type === 'metrics') sales = salesOf(frame.metrics);
    connected(true, sales);
  });
  live.state$.subscribe((state) => {
    if (state !== 'open') connected(false, state === 'connecting' ? 'connecting' : 'the backend does not answer');
  });
}

/** Counters come as their sums. */
function salesOf(metrics) {
  const sumOf = (wanted) => metrics.find(({ name, attributes }) => name === wanted && attributes['service.name'] === 'shop-backend')?.value ?? 0;
  return `${sumOf('shop.orders')} orders, ${sumOf('shop.revenue').toFixed(2)} EUR`;
}

function brief(signal) {
  const { kind, name, duration, attributes } = signal;
  const failed = kind === 'error' || signal.status === 'error' || signal.status?.code === 'error' || signal.failed === true;
  return { kind, name: kind === 'log' ? signal.message : name, duration, failed, service: attributes['service.name'] };
}

/** A request is called by its method alone: of many to many addresses that would be one series. The page's files are not told. */
function nameOf({ name, spanKind, attributes }) {
  if (name === 'resourceFetch') return undefined;
  return spanKind === 'client' ? `${name} ${new URL(attributes['url.full']).pathname}` : name;
}

function connected(yes, text) {
  element('connection').textContent = text;
  element('connection').dataset.mood = yes ? 'good' : 'bad';
}

function showTable(table, series, nothing) {
  const names = Object.keys(series).sort();
  const head = node('thead', row(node('th', 'Name', { scope: 'col' }), ...columns.map((name) => node('th', name, { scope: 'col' }))));
  const rows = names.map((name) => {
    const cells = columns.map((column) => {
      const value = series[name][column];
      const bad = column === 'errors' && value > 0;
      return node('td', column.startsWith('p') ? short(value) : String(value), { className: bad ? 'bad' : '' });
    });
    return row(node('th', name, { scope: 'row' }), ...cells);
  });
  const body = node('tbody', ...(rows.length > 0 ? rows : [row(node('td', nothing, { colSpan: columns.length + 1 }))]));
  table.replaceChildren(table.caption, head, body);
}

function showLedger(ledgers) {
  const lines = Object.entries(ledgers).flatMap(([who, { emitted, added, routed, held, filtered, sinks }]) => [
    node('dt', who),
    node('dd', `${emitted + added} in = ${routed} routed + ${sum(filtered)} filtered + ${held} held`),
    ...Object.entries(sinks).map(([name, { accepted, delivered, handedOff, pending, dropped }]) =>
      node('dd', `${name}: ${accepted} accepted = ${delivered} delivered + ${handedOff} handed off + ${sum(dropped)} dropped + ${pending} pending`),
    ),
  ]);
  element('ledger').replaceChildren(...lines);
}

function showSignals(latest) {
  element('signals').replaceChildren(
    ...latest.map(({ kind, name, service, duration, failed }) =>
      node(
        'li',
        node('span', kind, { className: 'kind' }),
        node('span', name, { className: failed ? 'name bad' : 'name' }),
        node('span', `${service === 'shop-page' ? 'page' : service === 'shop-backend' ? 'backend' : service}${duration === undefined ? '' : ` ${short(duration)} ms`}`, { className: 'quiet' }),
      ),
    ),
  );
}

function row(...cells) {
  return node('tr', ...cells);
}

/** An element; its text is text, whatever it says. The last argument may be properties. */
function node(tag, ...content) {
  const properties = content.length > 0 && isProperties(content.at(-1)) ? content.pop() : {};
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...content);
  return made;
}

function isProperties(value) {
  return typeof value === 'object' && !(value instanceof Node);
}

function sum(counts) {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function short(milliseconds) {
  return milliseconds < 10 ? milliseconds.toFixed(1) : String(Math.round(milliseconds));
}
