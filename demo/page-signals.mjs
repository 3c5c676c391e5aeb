// The pages' way to where the services' signals go: they post batches, and a source emits what arrived. Anyone can post here, so what is
// taken has a size, a shape and a name the page cannot choose.
import { Subject } from 'rxjs';
import { Refusal } from './refusal.mjs';

const maxSignals = 200;
/** What a page may report: what it has. */
const kinds = ['span', 'request', 'response', 'log', 'error', 'metric'];

export function createPageSignals() {
  const received = new Subject();
  return {
    maxBytes: 64 * 1_024,
    /** How a source looks: a name, and an observable. The SDK subscribes to it at the start and leaves it at shutdown. */
    source: { name: 'page-signals', observe: () => received.asObservable() },
    /** Takes the batch that can be read, signal by signal; says how many were taken. */
    receive(batch) {
      if (!Array.isArray(batch)) throw new Refusal(400, 'Expected a list of signals.');
      if (batch.length > maxSignals) throw new Refusal(413, `Expected at most ${maxSignals} signals.`);
      const taken = batch.filter(isReadable);
      for (const signal of taken) {
        received.next({ ...signal, attributes: { ...signal.attributes, 'service.name': 'shop-page' } });
      }
      return { taken: taken.length, refused: batch.length - taken.length };
    },
  };
}

function isReadable(signal) {
  if (typeof signal !== 'object' || signal === null) return false;
  const { kind, name, value } = signal;
  return kinds.includes(kind) && typeof name === 'string' && hasTrace(signal) && (kind !== 'metric' || Number.isFinite(value));
}

function hasTrace({ kind, trace }) {
  if (trace === undefined) return kind !== 'span';
  return /^[0-9a-f]{32}$/.test(trace?.traceId) && /^[0-9a-f]{16}$/.test(trace?.spanId);
}
