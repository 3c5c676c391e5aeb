import type { Source, SourceContext } from '../../core/source.ts';
import { bareAddress } from './bare-address.ts';
import { elementPath } from './element-path.ts';
import { hearEvents } from './hear-events.ts';
import { isOfExtension } from './of-extension.ts';
import { toldError } from './told-error.ts';

/** What the elements that load something have between them. */
type Loading = Partial<Record<'localName' | 'currentSrc' | 'src' | 'href' | 'data' | 'rel', unknown>>;

const name = 'resource-failures';

/**
 * What an element of the page could not load (an image, a script, a style sheet, a video) is an error signal of the type
 * `ResourceError`: at `error` for scripts and style sheets, at `warn` for all else. It counts as handled: the page goes on. Addresses are
 * told without credentials, query and fragment. Why it failed no browser tells. What belongs to an extension is left out, and so is what a
 * style sheet or a script asked for: `fetches` and `xmlHttpRequests` tell of the latter.
 */
export function resourceFailures(): Source {
  return {
    name,
    observe: (context: SourceContext) =>
      hearEvents(name, context, ['error'], (event) => {
        const element = event.target as Loading;
        // Of the page itself: an uncaught error.
        if (event.target === event.currentTarget || typeof element.localName !== 'string') return;
        const address = addressOf(element);
        if (isOfExtension(address)) return;
        const tag = element.localName;
        const url = address && bareAddress(address);
        context.errors.capture(toldError('ResourceError', url ? `${tag} failed to load: ${url}` : `${tag} failed to load`), {
          mechanism: 'onresource',
          handled: true,
          level: tag === 'script' || (tag === 'link' && isStyleSheet(element)) ? 'error' : 'warn',
          attributes: { 'url.full': url, 'arkhe.element': elementPath(event.composedPath()) },
        });
      }),
  };
}

/** Each kind of element has its own word for it. Only a responsive image has one that it chose. */
function addressOf({ currentSrc, src, href, data }: Loading): string | undefined {
  for (const address of [currentSrc, src, href, (href as Partial<SVGAnimatedString> | undefined)?.baseVal, data]) {
    if (typeof address === 'string' && address !== '') return address;
  }
  return undefined;
}

function isStyleSheet({ rel }: Loading): boolean {
  return typeof rel === 'string' && /\bstylesheet\b/i.test(rel);
}
