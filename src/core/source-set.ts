import { Subscription } from 'rxjs';
import type { Diagnostics } from './diagnostics.ts';
import type { SignalInput } from './signal.ts';
import type { Source, SourceContext } from './source.ts';

export interface SourceSetSetup extends SourceContext {
  readonly diagnostics: Diagnostics;
  readonly emit: (input: SignalInput) => void;
}

/** Observes these sources until the result is unsubscribed. One that fails is reported, and the others go on. */
export function observeSources(sources: readonly Source[], { diagnostics, emit, ...context }: SourceSetSetup): Subscription {
  const observed = new Subscription();
  for (const source of sources) {
    const failed = (error: unknown): void => diagnostics.failed('source-failed', source.name, error);
    try {
      // `emit` never throws: what RxJS would do with an error of this subscriber cannot come up.
      const subscription = source.observe(context).subscribe({ next: emit, error: failed });
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
