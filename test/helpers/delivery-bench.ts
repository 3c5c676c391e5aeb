import { expect } from 'vitest';
import { deliverySettings } from '../../src/core/delivery/delivery-options.ts';
import type { DeliveryOptions } from '../../src/core/delivery/delivery-options.ts';
import { createSinkDelivery } from '../../src/core/delivery/sink-delivery.ts';
import type { SinkDelivery } from '../../src/core/delivery/sink-delivery.ts';
import { createDiagnostics } from '../../src/core/diagnostics.ts';
import type { Diagnostics, Health } from '../../src/core/diagnostics.ts';
import { SinkAccount } from '../../src/core/ledger.ts';
import type { SinkLedger } from '../../src/core/ledger.ts';
import type { Sink, WriteContext, WriteResult } from '../../src/core/sink.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import type { TestClock } from '../../src/core/testing/test-clock.ts';
import { metricSignal } from './signals.ts';

export type Answer = ReturnType<Sink['write']>;

export interface Bench {
  readonly delivery: SinkDelivery;
  readonly clock: TestClock;
  readonly diagnostics: Diagnostics;
  readonly health: Health[];
  /** The names in each batch written. */
  readonly batches: string[][];
  readonly contexts: WriteContext[];
  offer(...names: readonly string[]): void;
  /** The counts that are not 0. */
  counts(): Record<string, number>;
}

/** A sink that answers like this, and its delivery. The jitter of a retry is all of what it may be, by default. */
export function setUp(answer: (batch: readonly string[]) => Answer = () => undefined, options: DeliveryOptions = {}, more: Partial<Sink> = {}, random: () => number = () => 1): Bench {
  const clock = createTestClock();
  const account = new SinkAccount();
  const diagnostics = createDiagnostics(clock);
  const health: Health[] = [];
  diagnostics.health$.subscribe((trouble) => health.push(trouble));
  const batches: string[][] = [];
  const contexts: WriteContext[] = [];
  const sink: Sink = {
    name: 'test',
    write(batch, context) {
      expectBalance(account.read());
      const names = batch.map(({ name }) => name);
      batches.push(names);
      contexts.push(context);
      return answer(names);
    },
    ...more,
  };
  const delivery = createSinkDelivery({ name: 'test', sink, account, settings: deliverySettings(options), clock, diagnostics, random });
  return {
    delivery,
    clock,
    diagnostics,
    health,
    batches,
    contexts,
    offer(...names) {
      for (const name of names) delivery.offer(metricSignal({ name }), 100);
      expectBalance(account.read());
    },
    counts() {
      const ledger = account.read();
      expectBalance(ledger);
      return nonZero(ledger);
    },
  };
}

export function expectBalance({ accepted, delivered, handedOff, spooled, pending, dropped }: SinkLedger): void {
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  expect(delivered + handedOff + spooled + pending + lost).toBe(accepted);
  expect(pending).toBeGreaterThanOrEqual(0);
}

function nonZero({ dropped, ...counts }: SinkLedger): Record<string, number> {
  return Object.fromEntries(Object.entries({ ...counts, ...dropped }).filter(([, count]) => count !== 0));
}

/** Lets everything happen that waits for promises only. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** A promise settled by hand. */
export function deferred(): { readonly promise: Promise<WriteResult | void>; readonly resolve: (result?: WriteResult) => void; readonly reject: (error: unknown) => void } {
  let resolve: (result?: WriteResult) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<WriteResult | void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

export const never = (): Promise<void> => new Promise(() => undefined);
export const typesOf = (health: readonly Health[]): string[] => health.map(({ type }) => type);
