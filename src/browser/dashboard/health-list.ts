import type { Health } from '../../core/diagnostics.ts';
import { element, part, setText, updateChildren } from './element.ts';
import { formatCount, formatDuration, formatTime, unheard } from './format.ts';

/** The troubles of the SDK itself, newest first. */
export interface HealthList {
  /** `isHeard`: whether the server has told anything yet. */
  show(health: readonly Health[], isHeard: boolean): void;
}

export function createHealthList(): HealthList {
  const root = part('health');
  return {
    show(health, isHeard) {
      setText(part('health-count'), health.length > 0 ? formatCount(health.length) : '');
      updateChildren(root, [health.length === 0 ? nothingToSay(isHeard) : element('ul', { class: 'health-list' }, ...health.map(item))]);
    },
  };
}

function nothingToSay(isHeard: boolean): HTMLElement {
  return isHeard ? element('p', { class: 'empty good', text: 'No trouble.' }) : element('p', { class: 'empty', text: unheard });
}

function item(trouble: Health): HTMLElement {
  const mood = trouble.type === 'sink-recovered' ? 'good' : trouble.type === 'input-ignored' ? '' : 'bad';
  return element(
    'li',
    {},
    element('span', { class: 'muted number', text: formatTime(trouble.timestamp) }),
    element('span', { class: `tag ${mood}`, text: trouble.type }),
    element('span', { class: 'health-text', text: healthText(trouble) }),
  );
}

/** What happened, in a sentence without a verb. */
export function healthText(trouble: Health): string {
  switch (trouble.type) {
    case 'dropped':
      return `${trouble.sink} lost ${formatCount(trouble.count)}: ${trouble.reason}`;
    case 'sink-failed':
      return `${trouble.sink}: ${trouble.error.message}${trouble.retryIn === undefined ? '' : `; next try in ${formatDuration(trouble.retryIn)}`}`;
    case 'sink-recovered':
      return trouble.sink;
    case 'input-ignored':
      return `${trouble.name}: ${trouble.message}${trouble.count > 1 ? ` (${formatCount(trouble.count)} times)` : ''}`;
    default:
      return `${trouble.name}: ${trouble.error.message}`;
  }
}
