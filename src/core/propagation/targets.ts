import { patternFinds } from '../pattern-finds.ts';

/** Which outgoing requests get trace headers. */
export interface Targets {
  /** Whether this one does: its URL, absolute or relative to the own origin. Never throws. */
  allow(url: string): boolean;
}

/** The origin of every file, every data URL and every scheme that is not the Web's: they have nothing in common. */
const noOrigin = 'null';

/** Whether a URL is meant by an entry of the list. */
type Matches = (url: ParsedUrl) => boolean;

/**
 * The own origin, where there is one, and what is listed: an origin (`https://api.example.com`), a URL that others lie under
 * (`https://api.example.com/v2`), a host over HTTP or HTTPS (`api.example.com`, `localhost:3000`), all hosts under a domain
 * (`*.example.com`), or a pattern that the whole URL is tested with. Without a list: the own origin alone, and everything where there
 * is none.
 */
export function createTargets(propagateTo: readonly (string | RegExp)[] | undefined, ownOrigin: string | undefined): Targets {
  if (propagateTo === undefined && ownOrigin === undefined) return { allow: () => true };
  const listed = (propagateTo ?? []).map((target) => matcherOf(target));
  const own = ownOrigin === noOrigin ? undefined : ownOrigin;
  return {
    allow(text) {
      const url = parsed(text, own);
      return url !== undefined && (url.origin === own || listed.some((matches) => matches(url)));
    },
  };
}

/** Whether a text can be in the list: there are URLs that it means. */
export function isTarget(text: string): boolean {
  return /^[^/\s]\S*$/.test(text) && !addressOf(text).includes('*') && basesOf(text).length > 0;
}

const wildcard: RegExp = /^([a-z][\w+.-]*:\/\/)?\*\./i;

/** Without its wildcard: not every engine takes an asterisk for a part of a host. */
function addressOf(target: string): string {
  return wildcard.test(target) ? target.replace('*.', '') : target;
}

function basesOf(target: string): readonly ParsedUrl[] {
  const schemes = target.includes('://') ? [''] : ['http://', 'https://'];
  return schemes
    .map((scheme) => parsed(scheme + addressOf(target)))
    .filter((base) => base !== undefined)
    .filter(({ origin }) => origin !== noOrigin);
}

function matcherOf(target: string | RegExp): Matches {
  return typeof target === 'string' ? matchesText(target) : ({ href }) => patternFinds(target, href);
}

function matchesText(target: string): Matches {
  const hasWildcard = wildcard.test(target);
  const bases = basesOf(target);
  return ({ origin, pathname }) =>
    bases.some((base) => (hasWildcard ? isHostUnder(base.origin, origin) : base.origin === origin) && isPathUnder(base.pathname, pathname));
}

function isHostUnder(base: string, origin: string): boolean {
  const [scheme, domain] = base.split('//');
  return origin.startsWith(`${scheme}//`) && origin.endsWith(`.${domain}`);
}

function isPathUnder(base: string, pathname: string): boolean {
  const folder = base.replace(/\/+$/, '');
  return pathname === folder || pathname.startsWith(`${folder}/`);
}

function parsed(text: string, base?: string): ParsedUrl | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
