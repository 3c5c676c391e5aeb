import { wrongOption } from '../configuration-error.ts';
import type { RedactOptions } from './redact-options.ts';
import { sensitivityOf } from './sensitive-names.ts';
import type { Sensitivity } from './sensitive-names.ts';

/** A name's own sensitivity, or what the user said: `always` replaced, or `allow`ed to pass unseen. */
export type Verdict = Sensitivity | 'always' | 'allow';

export interface KeyRules {
  /** Whether there are rules beyond the default ones. */
  readonly hasOwn: boolean;
  /** Whether `path` can make a difference. When not, it need not be kept. */
  readonly usePaths: boolean;
  /** `path` leads to the value and ends with `key`. */
  judge(key: string, path: readonly string[]): Verdict;
}

type Pattern = string | RegExp;

/** Names come from requests too, so the memory for them is bounded. */
const maxRemembered = 2_000;

/** Throws a `ConfigurationError` for a wrong `keys` or `allow`. */
export function createKeyRules({ keys, allow }: RedactOptions): KeyRules {
  const wanted = createMatcher(keys, 'redaction.keys');
  const allowed = createMatcher(allow, 'redaction.allow');
  const usePaths = wanted.usesPaths || allowed.usesPaths;
  const remembered = new Map<string, Verdict>();

  function decide(key: string, path: string): Verdict {
    if (allowed.matches(key, path)) return 'allow';
    return wanted.matches(key, path) ? 'always' : sensitivityOf(key);
  }

  return {
    hasOwn: (keys?.length ?? 0) > 0,
    usePaths,
    judge(key, path) {
      const place = usePaths ? path.join('.') : key;
      const known = remembered.get(place);
      if (known !== undefined) return known;
      const verdict = decide(key, place);
      if (remembered.size >= maxRemembered) remembered.clear();
      if (place.length <= 256) remembered.set(place, verdict);
      return verdict;
    },
  };
}

interface Matcher {
  readonly usesPaths: boolean;
  matches(key: string, path: string): boolean;
}

function createMatcher(patterns: readonly Pattern[] | undefined, option: string): Matcher {
  const names = new Set<string>();
  const paths: (readonly string[])[] = [];
  const expressions: RegExp[] = [];
  for (const pattern of checked(patterns, option)) {
    // `g` and `y` would make the expression remember where it stopped.
    if (typeof pattern !== 'string') expressions.push(new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')));
    else if (pattern.includes('.')) paths.push(segments(pattern));
    else names.add(plain(pattern));
  }
  return {
    usesPaths: paths.length > 0 || expressions.length > 0,
    matches(key, path) {
      if (names.size > 0 && (names.has(plain(key)) || names.has(plain(key.slice(key.lastIndexOf('.') + 1))))) return true;
      if (expressions.some((expression) => expression.test(key) || expression.test(path))) return true;
      return paths.length > 0 && endsWithAny(segments(path), paths);
    },
  };
}

function checked(patterns: unknown, option: string): readonly Pattern[] {
  if (patterns === undefined) return [];
  if (!Array.isArray(patterns)) throw wrongOption(option, 'an array of names and patterns', patterns);
  for (const [index, pattern] of patterns.entries()) {
    const isPattern = typeof pattern === 'string' ? plain(pattern) !== '' : isRegExp(pattern);
    if (!isPattern) throw wrongOption(`${option}[${index}]`, 'a name, a dotted path or a RegExp', pattern);
  }
  return patterns as readonly Pattern[];
}

/** Also of another realm. */
function isRegExp(value: unknown): value is RegExp {
  return Object.prototype.toString.call(value) === '[object RegExp]';
}

function endsWithAny(path: readonly string[], endings: readonly (readonly string[])[]): boolean {
  return endings.some((ending) => {
    let at = path.length - 1;
    for (let index = ending.length - 1; index >= 0; index -= 1) {
      const wanted = ending[index];
      // `items.price` is also the price of each item.
      while (at > 0 && path[at] !== wanted && wanted !== '*' && /^\d+$/.test(path[at] as string)) at -= 1;
      if (at < 0 || (wanted !== '*' && path[at] !== wanted)) return false;
      at -= 1;
    }
    return true;
  });
}

function segments(path: string): string[] {
  return path.split('.').map((segment) => (segment === '*' ? segment : plain(segment)));
}

/** Without case and separators. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]+/g, '');
}
