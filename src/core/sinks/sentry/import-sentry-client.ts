/** The class of Sentry's clients: what its own SDKs are built on, which listens to nothing and changes nothing by itself. */
export type SentryClientClass = new (options: object) => {
  sendEvent(event: object, hint: { readonly attachments: readonly object[] }): void;
};

/** Why there is none: `false` for a package that is there, and failed. */
export interface NoSentryClient {
  readonly missing: boolean;
}

/** The oldest version of `@sentry/core` that is known to do. */
export const sentryVersion = '11.12.0';

/** Loads the package, which is optional: an application without it is built, and runs. */
export async function importSentryClient(): Promise<SentryClientClass | NoSentryClient> {
  try {
    // Right here: bundlers take it for optional only inside a `try`, and leave out the rest of the package only of what is taken apart at once.
    const { Client } = await import('@sentry/core');
    return typeof Client === 'function' ? (Client as unknown as SentryClientClass) : { missing: true };
  } catch (error) {
    return { missing: isMissing(error) };
  }
}

/** Every host and bundler has words of its own. Anything else is a passing trouble, such as a chunk that a page cannot reach. */
function isMissing(error: unknown): boolean {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  return /MODULE_NOT_FOUND/.test(String(code)) || /resolve|bare specifier|cannot find (module|package)/i.test(String(message));
}
