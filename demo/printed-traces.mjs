// Which traces are printed. The shoppers make several a second, and nobody could read them all: of theirs about one a second is
// printed, a different route each time. Whatever else happens (a purchase in the page, a job) is always printed. This concerns the
// console alone: the statistics, the ledger and every other subscriber get every signal.

const everyMs = 1_200;
const sameRouteEveryMs = 6_000;
const remembered = 1_000;

export function createPrintedTraces(now = () => performance.now()) {
  /** By trace id; those that nobody thinned out are printed. */
  const decisions = new Map();
  const printedAt = new Map();
  let lastAt = -everyMs;

  function isItsTurn(name) {
    const time = now();
    if (time - lastAt < everyMs || time - (printedAt.get(name) ?? -Infinity) < sameRouteEveryMs) return false;
    lastAt = time;
    printedAt.set(name, time);
    return true;
  }

  return {
    /** Before the first signal of the trace. */
    thinOut(traceId, name) {
      decisions.set(traceId, isItsTurn(name));
      if (decisions.size > remembered) decisions.delete(decisions.keys().next().value);
    },
    includes: ({ trace }) => decisions.get(trace?.traceId) ?? true,
  };
}
