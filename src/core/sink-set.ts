import { acceptedKinds } from './accepted-kinds.ts';
import type { Clock } from './clock.ts';
import type { DeliverySettings } from './delivery/delivery-options.ts';
import { createSinkDelivery } from './delivery/sink-delivery.ts';
import type { SinkDelivery } from './delivery/sink-delivery.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { LedgerBook } from './ledger.ts';
import { serializeError } from './errors/serialize-error.ts';
import { signalKinds } from './signal.ts';
import type { SignalKind } from './signal.ts';
import type { Sink, SinkSettings } from './sink.ts';

export interface SinkSetSetup {
  readonly book: LedgerBook;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** Runs what a sink does, so that it is not observed itself. */
  readonly run: <R>(work: () => R) => R;
  /** Spreads the retries: a number from 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** How long a sink that is no longer in use may go on with what it has, in milliseconds. */
const RETIREMENT = 30_000;

/** The sinks in use, each with its delivery. */
export interface SinkSet {
  readonly deliveries: readonly SinkDelivery[];
  /** Whether any of them may want signals of this kind. */
  mayAccept(kind: SignalKind): boolean;
  /** Uses these from now on; one that was in use before keeps its queue, one that is no longer is flushed for up to 30 s and closed. */
  replace(sinks: readonly Sink[], settings: DeliverySettings & Omit<SinkSettings, 'warn'>): void;
  flush(): Promise<void>;
  leave(): void;
  close(): Promise<void>;
}

export function createSinkSet({ book, clock, diagnostics, run, random }: SinkSetSetup): SinkSet {
  let deliveries: readonly SinkDelivery[] = [];
  // An object, because it is asked for every timed call and a set takes ten times as long.
  let acceptable: Readonly<Record<string, boolean>> = {};
  /** Flushing for the last time. */
  const retiring = new Set<SinkDelivery>();

  async function retire(delivery: SinkDelivery): Promise<void> {
    retiring.add(delivery);
    // Its receiver may be why it was replaced.
    await new Promise<void>((resolve) => {
      const deadline = clock.every(RETIREMENT).subscribe(finish);
      function finish(): void {
        deadline.unsubscribe();
        resolve();
      }
      void delivery.flush().then(finish);
    });
    await delivery.close();
    retiring.delete(delivery);
  }

  function tell(name: string, sink: Sink, { development, resource }: Omit<SinkSettings, 'warn'>): void {
    try {
      sink.configure?.({ development, resource, warn: (message) => diagnostics.ignored(name, message) });
    } catch (error) {
      diagnostics.report({ type: 'sink-failed', sink: name, error: serializeError(error) });
    }
  }

  const all = (): readonly SinkDelivery[] => [...retiring, ...deliveries];

  return {
    get deliveries() {
      return deliveries;
    },
    mayAccept: (kind) => acceptable[kind] === true,
    replace(sinks, settings) {
      const before = deliveries;
      // The same sink twice would get every signal twice.
      const wanted = [...new Set(sinks)];
      const staying = before.filter(({ sink }) => wanted.includes(sink));
      for (const delivery of staying) delivery.configure(settings);
      const names = new Set(staying.map(({ name }) => name));
      deliveries = wanted.map((sink) => {
        const known = staying.find((delivery) => delivery.sink === sink);
        if (known !== undefined) return known;
        // Two sinks of one name have an account each.
        let { name } = sink;
        for (let copy = 2; names.has(name); copy++) name = `${sink.name}#${copy}`;
        names.add(name);
        return createSinkDelivery({ name, sink, account: book.sink(name), settings, clock, diagnostics, run, random });
      });
      for (const { name, sink } of deliveries) tell(name, sink, settings);
      // Once, not with every signal.
      acceptable = kindsOf(deliveries);
      for (const delivery of before) if (!staying.includes(delivery)) void retire(delivery);
    },
    async flush() {
      await Promise.all(all().map((delivery) => delivery.flush()));
    },
    leave() {
      for (const delivery of all()) delivery.leave();
    },
    async close() {
      await Promise.all(all().map((delivery) => delivery.close()));
    },
  };
}

/** The same fields in the same order, whatever the sinks are. */
function kindsOf(deliveries: readonly SinkDelivery[]): Readonly<Record<string, boolean>> {
  const accepted = deliveries.map(({ sink }) => acceptedKinds(sink));
  return Object.fromEntries(signalKinds.map((kind) => [kind, accepted.some((kinds) => kinds === undefined || kinds.has(kind))]));
}
