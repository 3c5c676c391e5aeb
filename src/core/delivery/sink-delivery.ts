import type { Clock } from '../clock.ts';
import type { Diagnostics } from '../diagnostics.ts';
import type { SinkAccount } from '../ledger.ts';
import type { Signal } from '../signal.ts';
import type { Sink } from '../sink.ts';
import { channelsOf } from './channel.ts';
import type { Channel } from './channel.ts';
import { createDelivery } from './delivery.ts';
import type { DeliverySettings } from './delivery-options.ts';
import { createSinkHealth } from './sink-health.ts';

export interface SinkDeliverySetup {
  /** Of the sink, in the ledger and in `health$`: its own, numbered when another sink has the same. */
  readonly name: string;
  readonly sink: Sink;
  /** May be shared with the delivery of a sink that this one replaces. */
  readonly account: SinkAccount;
  readonly settings: DeliverySettings;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** Runs what the sink does, so that it is not observed itself. Default: just runs it. */
  readonly run?: (<R>(work: () => R) => R) | undefined;
  /** Spreads the retries: a number from 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** The deliveries of a sink, one for each of its channels. Nothing a sink does reaches the caller. */
export interface SinkDelivery {
  readonly name: string;
  readonly sink: Sink;
  accepts(signal: Signal): boolean;
  /** Queues the signal for the first channel that accepts it; `bytes` is about what it holds in memory. Never waits, never throws. */
  offer(signal: Signal, bytes: number): void;
  /** These settings hold from the next signal on. */
  configure(settings: DeliverySettings): void;
  /** Resolves when everything offered before is delivered or dropped. Never rejects. */
  flush(): Promise<void>;
  /** The host is going away: writes all there is, now, without waiting for answers. */
  leave(): void;
  /** Drops what is still pending and closes the sink, once. Never rejects. */
  close(): Promise<void>;
}

/** A sink that says nothing of channels. */
function onlyChannel(sink: Sink): Channel {
  return { name: '', accepts: () => true, write: (batch, context) => sink.write(batch, context) };
}

/** A loop, not a search with a callback: every signal comes here twice. */
function channelFor(channels: readonly Channel[], signal: Signal): number {
  for (let index = 0; index < channels.length; index++) if (channels[index]?.accepts(signal) === true) return index;
  return -1;
}

export function createSinkDelivery(setup: SinkDeliverySetup): SinkDelivery {
  const { name, sink, account, settings, clock, diagnostics, run = (work) => work(), random = Math.random } = setup;
  const health = createSinkHealth(name, clock, diagnostics);
  const own = channelsOf(sink);
  const channels = own ?? [onlyChannel(sink)];
  const deliveries = channels.map((channel) => createDelivery({ channel, account, health, settings, clock, run, random }));
  let choiceFailed = false;
  let closing = false;
  let closed: Promise<void> = Promise.resolve();

  function wants(signal: Signal): boolean {
    if (sink.accepts === undefined) return true;
    try {
      return sink.accepts(signal);
    } catch (error) {
      // Said once: it would be for every signal, though every write succeeds.
      if (!choiceFailed) health.threw(error);
      choiceFailed = true;
      // Better one too many than one lost.
      return true;
    }
  }

  async function closeSink(): Promise<void> {
    try {
      await run(() => sink.close?.());
    } catch (error) {
      health.threw(error);
    }
  }

  return {
    name,
    sink,
    accepts: (signal) => wants(signal) && (own === undefined || channelFor(own, signal) !== -1),
    offer(signal, bytes) {
      deliveries[own === undefined ? 0 : channelFor(own, signal)]?.offer(signal, bytes);
    },
    configure(later) {
      for (const delivery of deliveries) delivery.configure(later);
    },
    async flush() {
      await Promise.all(deliveries.map((delivery) => delivery.flush()));
    },
    leave() {
      for (const delivery of deliveries) delivery.leave();
    },
    close() {
      if (!closing) {
        // Before anything foreign runs: a write that is aborted may come back here.
        closing = true;
        for (const delivery of deliveries) delivery.close();
        health.close();
        closed = closeSink();
      }
      return closed;
    },
  };
}
