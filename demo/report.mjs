// What the terminal shows besides the traces: every few seconds the figures, and an alert when a route becomes slow.

const everyMs = 5_000;

export function startReport({ obs, figures }) {
  const timer = setInterval(() => console.log(reportOf(figures, obs.ledger())), everyMs);
  const alerts = figures.alerts$.subscribe(({ name, p95 }) => {
    console.log(`\n  ALERT  ${name} is slow: its p95 is ${ms(p95)}, and was above 500 ms for three seconds\n`);
  });
  return {
    stop() {
      clearInterval(timer);
      alerts.unsubscribe();
    },
  };
}

export function printFinalLedgers({ services, terminal, results }) {
  const ledgers = { ...services, terminal };
  const handed = Object.values(services).map(({ sinks }) => sinks.terminal?.delivered ?? 0);
  const balanced = Object.values(ledgers).every(isBalanced) && total(handed) === terminal.emitted;
  const complete = results.every(({ ok }) => ok) ? '' : results.some(({ timedOut }) => timedOut) ? ' (timed out)' : ' (some were dropped)';
  const lines = Object.entries(ledgers).flatMap(([name, ledger]) => [`  ${name}`, ...ledgerLines(ledger).map((line) => `  ${line}`)]);
  console.log([
    '  The final ledger:',
    ...lines,
    `  handed to the terminal: ${handed.join(' + ')} = ${terminal.emitted}`,
    `  ${balanced ? 'balanced' : 'NOT BALANCED'}, nothing pending${complete}`,
    '',
  ].join('\n'));
}

function reportOf({ responses, functions, sales, windowMs }, ledger) {
  const title = `  ─── the last ${windowMs / 1_000} s `;
  const head = ['count', 'errors', 'p50', 'p95', 'p99'].map((name) => name.padStart(9)).join('');
  return [
    '',
    `${title.padEnd(40, '─')}${head}`,
    ...rows(responses),
    ...rows(functions, '()'),
    `  sales since the start: ${sales.orders} orders, ${sales.revenue.toFixed(2)} EUR`,
    ...ledgerLines(ledger),
    '',
  ].join('\n');
}

function rows(series, suffix = '') {
  const sorted = [...series.values()].sort((one, other) => one.name.localeCompare(other.name));
  return sorted.map(({ name, count, errors, p50, p95, p99 }) => {
    const cells = [count, errors, ms(p50), ms(p95), ms(p99)].map((cell) => String(cell).padStart(9)).join('');
    return `  ${`${name}${suffix}`.padEnd(38)}${cells}`;
  });
}

/** The two equations: of the stream, and of each sink. */
function ledgerLines({ emitted, added, routed, held, filtered, sinks }) {
  return [
    `  stream   ${emitted} emitted + ${added} added = ${routed} routed + ${sum(filtered)} filtered${reasons(filtered)} + ${held} held`,
    ...Object.entries(sinks).map(
      ([name, { accepted, delivered, handedOff, spooled, pending, dropped }]) =>
        `  ${name.padEnd(8)} ${accepted} accepted = ${delivered} delivered + ${handedOff} handed off + ${spooled} spooled + ${sum(dropped)} dropped${reasons(dropped)} + ${pending} pending`,
    ),
  ];
}

function isBalanced({ emitted, added, routed, held, filtered, sinks }) {
  const stream = emitted + added === routed + sum(filtered) + held;
  return stream && held === 0 && Object.values(sinks).every(({ accepted, delivered, handedOff, spooled, pending, dropped }) => {
    return accepted === delivered + handedOff + spooled + sum(dropped) + pending && pending === 0;
  });
}

function sum(counts) {
  return total(Object.values(counts));
}

function total(numbers) {
  return numbers.reduce((one, other) => one + other, 0);
}

function reasons(counts) {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length === 0 ? '' : ` (${some.map(([reason, count]) => `${count} ${reason}`).join(', ')})`;
}

function ms(milliseconds) {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
