import { Subscription } from 'rxjs';
import type { Clock } from './clock.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { SignalInput } from './signal.ts';
import type { Source } from './source.ts';
import type { SourceTracing } from './tracing/source-tracing.ts';

export interface SourceSetSetup {
  readonly clock: Clock;
  readonly tracing: SourceTracing;
  readonly diagnostics: Diagnostics;
  readonly emit: (input: SignalInput) => void;
}

/** Observes these sources until the result is unsubscribed. One that fails is reported, and the others go on. */
export function observeSources(sources: readonly Source[], { clock, tracing, diagnostics, emit }: SourceSetSetup): Subscription {
  const observed = new Subscription();
  for (const source of sources) {
    const failed = (error: unknown): void => diagnostics.failed('source-failed', source.name, error);
    try {
      // `emit` never throws: what RxJS would do with an error of this subscriber cannot come up.
      const subscription = source.observe({ clock, tracing }).subscribe({ next: emit, error: failed });
      observed.add(() => {
        try {
          subscription.unsubscribe();
        } catch (error) {
          failed(error);
        }
      });
    } catch (error) {
      failed(error);
    }
  }
  return observed;
}
