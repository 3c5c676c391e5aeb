/** What a logger of pino's was made with, as far as its lines are written by it. A missing logger has pino's defaults. */
export interface PinoSettings {
  messageKey(logger: object): string;
  errorKey(logger: object): string;
  nestedKey(logger: object): string | undefined;
  /** Whether what was logged under a key is in the line as it was: the application does not redact, serialise or format it. */
  isPlain(logger: object, key: string): boolean;
}

type Name = 'messageKey' | 'errorKey' | 'nestedKey' | 'stringifiers' | 'serializers' | 'formatters';

export function createPinoSettings(): PinoSettings {
  /** Of the pino that was seen last; two may write to one stream. */
  let symbols: Partial<Record<string, symbol>> = {};

  /** Pino keeps the settings of a logger, and of its children, under symbols of its own (`pino.symbols`). */
  function setting(logger: object, name: Name): unknown {
    const known = symbols[name];
    // Under that symbol each has a value, but for `nestedKey`.
    const value: unknown = known === undefined ? undefined : Reflect.get(logger, known);
    if (value !== undefined || (known !== undefined && known in logger)) return value;
    symbols = symbolsOf(logger);
    const found = symbols[name];
    return found === undefined ? undefined : Reflect.get(logger, found);
  }

  return {
    messageKey: (logger) => textOr(setting(logger, 'messageKey'), 'msg'),
    errorKey: (logger) => textOr(setting(logger, 'errorKey'), 'err'),
    nestedKey: (logger) => textOr(setting(logger, 'nestedKey'), undefined),
    isPlain(logger, key) {
      const stringifiers = setting(logger, 'stringifiers');
      const { log }: { readonly log?: unknown } = Object(setting(logger, 'formatters'));
      return (
        typeof stringifiers === 'object' &&
        stringifiers !== null &&
        Reflect.ownKeys(stringifiers).length === 0 &&
        !Object.hasOwn(Object(setting(logger, 'serializers')), key) &&
        log === undefined
      );
    },
  };
}

function symbolsOf(logger: object): Partial<Record<string, symbol>> {
  const symbols: Partial<Record<string, symbol>> = {};
  for (let owner: object | null = logger; owner !== null; owner = Object.getPrototypeOf(owner)) {
    for (const symbol of Object.getOwnPropertySymbols(owner)) {
      if (symbol.description?.startsWith('pino.')) symbols[symbol.description.slice('pino.'.length)] = symbol;
    }
  }
  return symbols;
}

function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise;
}
