import type { Observable, Subscription } from 'rxjs';
import type { NoSentryClient, SentryClientClass } from './import-sentry-client.ts';

/** Called once, when there is nothing to wait for any more. `left`: because the host is going away. */
export type Resume = (left: boolean) => void;

/** The one attempt to load Sentry's client. */
export interface ClientLoading {
  /** `undefined` while it loads. */
  readonly result: SentryClientClass | NoSentryClient | undefined;
  /** Only the first call begins it. */
  begin(): void;
  /** At once when it is over. */
  whenOver(resume: Resume): void;
  /** Nobody waits any more. */
  close(): void;
}

export interface ClientLoadingSetup {
  readonly load: () => Promise<SentryClientClass | NoSentryClient>;
  /** The page or process is going away: there may be no later turn in which the client could be there. */
  readonly leaving$: Observable<unknown> | undefined;
  readonly loaded: (result: SentryClientClass | NoSentryClient) => void;
}

export function createClientLoading({ load, leaving$, loaded }: ClientLoadingSetup): ClientLoading {
  const waiting = new Set<Resume>();
  let result: SentryClientClass | NoSentryClient | undefined;
  let begun = false;
  let leaving: Subscription | undefined;

  function resumeAll(left: boolean): void {
    const all = [...waiting];
    stopWaiting();
    for (const resume of all) resume(left);
  }

  function stopWaiting(): void {
    waiting.clear();
    leaving?.unsubscribe();
    leaving = undefined;
  }

  async function run(): Promise<void> {
    result = await load();
    loaded(result);
    resumeAll(false);
  }

  return {
    get result() {
      return result;
    },
    begin() {
      if (begun) return;
      begun = true;
      void run();
    },
    whenOver(resume) {
      if (result !== undefined) return resume(false);
      waiting.add(resume);
      leaving ??= leaving$?.subscribe(() => resumeAll(true));
    },
    close: stopWaiting,
  };
}
