// The demo: a small shop whose backend, page and jobs feed one stream of signals. `npm run demo`, then Ctrl-C.
// PORT: where it listens (default: a free port). DEMO_SECONDS, or `--for 10s`: ends by itself.
import { createShopObservability } from './observability.mjs';
import { createPageSignals } from './page-signals.mjs';
import { endingOf, portOf } from './options.mjs';
import { printFinalLedger, startReport } from './report.mjs';
import { startRestocking } from './restock.mjs';
import { createShopServer } from './server.mjs';
import { createShop } from './shop.mjs';
import { startShoppers } from './shoppers.mjs';
import { watchFigures } from './figures.mjs';

const port = portOf(process.env);
const ending = endingOf(process.argv.slice(2), process.env);

const pageSignals = createPageSignals();
const { obs, recent } = createShopObservability({ sources: [pageSignals.source] });
const shop = createShop(obs);
const figures = watchFigures({ obs, recent });
const server = await createShopServer({ obs, shop, figures, pageSignals });
const url = await server.listen(port);

const report = startReport({ obs, figures });
const restocking = startRestocking({ obs, shop });
const shoppers = startShoppers({ url, obs });

let closingSince;
const timer = ending && setTimeout(close, ending);
process.on('SIGINT', close);
process.on('SIGTERM', close);

console.log(`
  The shop is open: ${url}

  Open it and buy something: its trace appears here, from the click in the page to the receipt of the backend.
  Shoppers are at it already. Of their traces about one a second is printed; the figures below count every one.
  Ctrl-C closes the shop.
`);

/** What makes signals ends first, what counts them last, so that the last line is the whole account. */
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
  const result = await obs.shutdown({ timeout: 3_000 });
  printFinalLedger(obs.ledger(), result);
  // Nothing is left that could keep the process: it ends by itself, with exit code 0.
  process.off('SIGINT', close);
  process.off('SIGTERM', close);
}
