import type { Source, SourceContext } from '../../core/source.ts';
import { elementPath } from './element-path.ts';
import { hearEvents } from './hear-events.ts';

const name = 'interactions';
const types = ['click', 'change', 'submit'] as const;

/** For how long the same step again is not told, in milliseconds: of a slider, or of someone who clicks in rage. */
const QUIET = 1_000;

/** Fields of which nothing is told, not even that something was entered. */
const secret = new Set(['password', 'hidden']);

/**
 * What the visitor does comes as breadcrumbs with the errors that follow: clicks as `ui.click`, changed fields and sent forms as
 * `ui.input`. Each names the element by a short selector, with its `id`, `class`, `data-testid`, `role`, `type`, `name` and `aria-label`:
 * never what was typed or what is written on it, and nothing of password and hidden fields. The same within a second is told once.
 */
export function interactions(): Source {
  return {
    name,
    observe(context: SourceContext) {
      let last = '';
      let at = Number.NEGATIVE_INFINITY;
      return hearEvents(name, context, typeof document === 'undefined' ? [] : types, (event) => {
        const path = event.composedPath();
        const field = path[0] as Partial<HTMLInputElement> | undefined;
        if (secret.has(String(field?.type))) return;
        const message = elementPath(path);
        if (message === undefined) return;
        const now = context.clock.elapsed();
        const step = `${event.type} ${message}`;
        if (step === last && now - at < QUIET) return;
        last = step;
        at = now;
        context.errors.leaveBreadcrumb(message, { category: event.type === 'click' ? 'ui.click' : 'ui.input' });
      });
    },
  };
}
