import type { Observable } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { Health } from '../diagnostics.ts';
import type { SerializedError } from '../signal.ts';
import { jsonList, jsonText } from './json-text.ts';
import type { LiveFeed } from './live-feed.ts';

export interface HealthFeedSetup {
  readonly health$: Observable<Health>;
  readonly clock: Clock;
  readonly every: number;
  /** Troubles are told as they are where they happen: what foreign code threw may contain secrets. */
  readonly redactText: (text: string) => string;
}

/** As many as `health$` gives to whoever subscribes late. */
const remembered = 32;
/** Twice the text that an error has at most: the largest trouble has room. */
const maxCharacters = 131_072;

/** The troubles since the last frame, when there are any. */
export function createHealthFeed({ health$, clock, every, redactText }: HealthFeedSetup): LiveFeed {
  /** Those that were told: the others come with the next frame. */
  let told: string[] = [];

  return {
    type: 'health',
    start(publish) {
      let fresh: string[] = [];
      const tell = (): void => {
        if (fresh.length === 0) return;
        const now = fresh;
        fresh = [];
        told = [...told, ...now].slice(-remembered);
        publish(frameOf(now));
      };
      const subscription = health$.subscribe((trouble) => {
        const text = jsonText(redacted(trouble, redactText));
        if (text === undefined) return;
        fresh.push(text);
        if (fresh.length > remembered) fresh.shift();
      });
      tell();
      subscription.add(clock.every(every).subscribe(tell));
      return () => {
        told = [];
        subscription.unsubscribe();
      };
    },
    latest: () => frameOf(told),
  };
}

/** The latest are those that are wanted, in the order in which they came. */
function frameOf(troubles: readonly string[]): string {
  let from = troubles.length;
  let characters = 0;
  while (from > 0 && characters + (troubles[from - 1] as string).length < maxCharacters - 1_000) {
    from -= 1;
    characters += (troubles[from] as string).length + 1;
  }
  return `{"health":${jsonList(troubles.slice(from), remembered, maxCharacters).text}}`;
}

function redacted(trouble: Health, redactText: (text: string) => string): Health {
  if ('message' in trouble) return { ...trouble, message: redactText(trouble.message) };
  return 'error' in trouble ? { ...trouble, error: redactedError(trouble.error, redactText) } : trouble;
}

function redactedError({ type, message, stack, cause, errors }: SerializedError, redactText: (text: string) => string): SerializedError {
  return {
    type: redactText(type),
    message: redactText(message),
    stack: stack === undefined ? undefined : redactText(stack),
    cause: cause === undefined ? undefined : redactedError(cause, redactText),
    errors: errors?.map((error) => redactedError(error, redactText)),
  };
}
