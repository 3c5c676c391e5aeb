/** Where the page keeps the token: `undefined` when there is none. */
export interface TokenKeeper {
  read(): string | undefined;
  keep(token: string): void;
  forget(): void;
}

/** What of the page's window it needs. */
export interface TokenHost {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string };
  readonly history: { replaceState(data: unknown, unused: string, url: string): void };
  /** May throw, where the browser keeps nothing. */
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

/**
 * Takes the token out of `#token=…` and out of the address bar: no history, bookmark or shared screen shall have it. It is kept in the
 * tab's session storage, so that a reload works and no other tab knows it; where that is not allowed, in memory.
 */
export function takeToken(host: TokenHost): TokenKeeper {
  const { location, history } = host;
  // One origin may serve several of these pages.
  const key = `arkhe-observability-token:${location.pathname}`;
  let memory = stored(() => host.sessionStorage.getItem(key)) ?? undefined;

  function keep(token: string): void {
    memory = token;
    stored(() => host.sessionStorage.setItem(key, token));
  }

  const fragment = new URLSearchParams(location.hash.slice(1));
  const given = fragment.get('token');
  if (given !== null) {
    fragment.delete('token');
    const rest = fragment.toString();
    history.replaceState(null, '', `${location.pathname}${location.search}${rest === '' ? '' : `#${rest}`}`);
    if (given !== '') keep(given);
  }
  return {
    read: () => memory,
    keep,
    forget() {
      memory = undefined;
      stored(() => host.sessionStorage.removeItem(key));
    },
  };
}

function stored<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    // The browser keeps nothing for this page.
    return undefined;
  }
}
