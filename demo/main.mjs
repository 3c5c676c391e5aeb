// The demo: a small shop. Its page, its backend, the payment service behind that and its jobs make one trace a purchase.
// `npm run demo`, then Ctrl-C.
// PORT: where it listens (default: a free port). DEMO_SECONDS, or `--for 10s`: ends by itself. DEMO_SHOPPERS=0: nobody else is there.
import { fetches, incomingRequests, liveHandler, runtimeMetrics, uncaughtErrors } from '@arkhe/observability/node';
import { createPageSignals } from './page-signals.mjs';
import { endingOf, portOf, shoppersOf } from './options.mjs';
import { observeService } from './observe-service.mjs';
import { createOrders } from './orders.mjs';
import { isPageFile } from './page-files.mjs';
import { printFinalLedgers, startReport } from './report.mjs';
import { startProcess } from './start-process.mjs';
import { startReceipts } from './receipts.mjs';
import { startRestocking } from './restock.mjs';
import { createShopServer, dashboardPath, isDashboard } from './server.mjs';
import { createShop } from './shop.mjs';
import { createTerminal } from './terminal.mjs';
import { watchFigures } from './figures.mjs';

const port = portOf(process.env);
const ending = endingOf(process.argv.slice(2), process.env);
const count = shoppersOf(process.env);

const terminal = createTerminal();
const obs = observeService('shop-backend', {
  sources: [
    // The page's files, its signals and the dashboard are the demo's own machinery, and would only observe themselves.
    incomingRequests({ ignore: ({ path }) => isPageFile(path) || path === '/signals' || isDashboard(path) }),
    fetches(),
    runtimeMetrics(),
    uncaughtErrors(),
  ],
  terminal: terminal.take,
});
// What pages report is theirs, so that a collector shows them as the service they are.
const pageSignals = createPageSignals();
const pages = observeService('shop-page', { sources: [pageSignals.source], terminal: terminal.take });

const payments = await startProcess('payments.mjs', { onSignals: terminal.take });
const orders = createOrders();
const shop = createShop({ obs, orders, paymentsUrl: payments.started.url });
const figures = watchFigures(terminal);
// The live stream of all services together, and the dashboard that reads it.
const live = liveHandler(terminal.obs);
const server = await createShopServer({ obs, shop, live, pageSignals, onShopper: terminal.thinOut });
const url = await server.listen(port);

const report = startReport({ obs: terminal.obs, figures });
const receipts = startReceipts({ obs, orders });
const restocking = startRestocking({ obs, shop });
const shoppers = await startProcess('shoppers.mjs', {
  env: { SHOP_URL: url, SHOPPERS: String(count) },
  onWarning: (message, attributes) => obs.logger.warn(message, attributes),
});

let closingSince;
const timer = ending && setTimeout(close, ending);
process.on('SIGINT', close);
process.on('SIGTERM', close);

const busy = '\n  Shoppers are at it already. Of their traces about one a second is printed; the figures below count every one.';
console.log(`
  The shop is open: ${url}
  Its dashboard:    ${url}${dashboardPath}   (in a terminal: npx arkhe-observability top --url ${url}${dashboardPath})

  Open it and buy something: its trace appears here, from the click in the page, through the backend and the payment service, to
  the job that sends the receipt.${count === 0 ? '' : busy}
  Ctrl-C closes the shop.
`);

/** What makes signals ends first, what counts them last, so that the last lines are the whole account. */
async function close() {
  if (closingSince !== undefined) {
    // Ctrl-C again. One that follows at once is the same: a terminal tells every process, and some of them tell it on.
    if (performance.now() - closingSince > 500) process.exit(130);
    return;
  }
  closingSince = performance.now();
  clearTimeout(timer);
  console.log('\n  Closing: the shoppers leave, the last signals are printed.\n');
  report.stop();
  await Promise.all([restocking.stop(), shoppers.stop()]);
  await server.close();
  await receipts.stop();
  const { ledger } = await payments.stop();
  const results = await Promise.all([pages, obs].map((one) => one.shutdown({ timeout: 3_000 })));
  results.push(await terminal.close());
  const services = { 'shop-page': pages.ledger(), 'shop-backend': obs.ledger(), ...(ledger && { payments: ledger }) };
  printFinalLedgers({ services, terminal: terminal.obs.ledger(), results });
  // Nothing is left that could keep the process: it ends by itself, with exit code 0.
  process.off('SIGINT', close);
  process.off('SIGTERM', close);
}
