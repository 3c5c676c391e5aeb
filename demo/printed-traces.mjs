// Which traces are printed. The shoppers make several a second, and nobody could read them all: of theirs about one a second is
// printed, a different route each time. Whatever else happens (a purchase in the page, a job) is always printed. This concerns the
// console alone: the statistics, the ledger and every other subscriber get every signal.

const everyMs = 1_200;
const sameRouteEveryMs = 6_000;
const remembered = 1_000;

/** A predicate with a memory: all signals of a trace get the answer its first one got. */
export function createPrintedTraces(now = () => performance.now()) {
  const decisions = new Map();
  const printedAt = new Map();
  let lastAt = -everyMs;

  function decide(signal) {
    if (signal.attributes['user_agent.synthetic.type'] === undefined) return true;
    const time = now();
    if (time - lastAt < everyMs || time - (printedAt.get(signal.name) ?? -Infinity) < sameRouteEveryMs) return false;
    lastAt = time;
    printedAt.set(signal.name, time);
    return true;
  }

  return (signal) => {
    if (signal.trace === undefined) return true;
    const { traceId } = signal.trace;
    if (!decisions.has(traceId)) {
      decisions.set(traceId, decide(signal));
      if (decisions.size > remembered) decisions.delete(decisions.keys().next().value);
    }
    return decisions.get(traceId);
  };
}
