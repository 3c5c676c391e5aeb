// The panel: the services' figures, asked for once a second, and the page's own, which come from its own stream.
const { rollingStatistics } = globalThis.arkheObservability;
const element = (id) => document.getElementById(id);
const columns = ['count', 'errors', 'p50', 'p95', 'p99'];

export function startPanel(obs) {
  // The same operator as behind the other table, over the page's spans.
  obs.spans$
    .pipe(rollingStatistics({ by: nameOf, value: ({ duration }) => duration, window: 60_000, every: 1_000 }))
    .subscribe((series) => showTable(element('page'), Object.fromEntries(series), 'No clicks yet'));

  async function poll() {
    try {
      const response = await fetch('/live', { signal: AbortSignal.timeout(3_000) });
      const { responses, functions, latest, sales, ledger } = await response.json();
      showTable(element('services'), { ...responses, ...named(functions) }, 'Nothing in the last minute');
      showLedger({ terminal: ledger, page: obs.ledger() });
      showSignals(latest);
      connected(true, `${sales.orders} orders, ${sales.revenue.toFixed(2)} EUR`);
    } catch {
      connected(false, 'the backend does not answer');
    }
    setTimeout(poll, 1_000);
  }
  poll();
}

/** A request is called by its method alone: of many to many addresses that would be one series. The page's files are not told. */
function nameOf({ name, spanKind, attributes }) {
  if (name === 'resourceFetch') return undefined;
  return spanKind === 'client' ? `${name} ${new URL(attributes['url.full']).pathname}` : name;
}

function named(functions) {
  return Object.fromEntries(Object.entries(functions).map(([name, statistics]) => [`${name}()`, statistics]));
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
