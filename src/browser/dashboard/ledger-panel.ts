import type { Ledger } from '../../core/ledger.ts';
import { sinkBalance, streamBalance } from './balance.ts';
import type { Balance, Term } from './balance.ts';
import { element, part, updateChildren } from './element.ts';
import { formatCount } from './format.ts';

/** The account of all signals: both equations, and what was lost for which reason. */
export interface LedgerPanel {
  show(ledger: Ledger | undefined): void;
}

export function createLedgerPanel(): LedgerPanel {
  const root = part('ledger');
  return {
    show(ledger) {
      if (ledger === undefined) return updateChildren(root, [element('p', { class: 'empty', text: 'Not told yet.' })]);
      const sinks: HTMLElement[] = Object.entries(ledger.sinks).map(([name, sink]) => equation(`Sink ${name}`, sinkBalance(sink), 'lost'));
      if (sinks.length === 0) sinks.push(element('p', { class: 'empty', text: 'No sink: nothing leaves this process.' }));
      updateChildren(root, [equation('Stream', streamBalance(ledger), 'filtered'), ...sinks]);
    },
  };
}

function equation(title: string, { left, right, difference, reasons }: Balance, kind: 'lost' | 'filtered'): HTMLElement {
  const balanced = difference === 0;
  const verdict = element('span', { class: `tag ${balanced ? 'good' : 'bad'}`, text: balanced ? '✓ balanced' : `✕ off by ${formatCount(difference)}` });
  return element(
    'div',
    { class: 'equation', attributes: { 'data-account': title } },
    element('h3', { text: title }),
    verdict,
    element('p', { class: 'terms' }, ...side(left), element('span', { class: 'sign', text: '=' }), ...side(right)),
    ...(reasons.length > 0 ? [element('ul', { class: `reasons ${kind}`, attributes: { 'aria-label': kind === 'lost' ? 'Lost, by reason' : 'Filtered, by reason' } }, ...reasons.map(reason))] : []),
  );
}

function side(terms: readonly Term[]): HTMLElement[] {
  return terms.flatMap(({ label, count }, index) => {
    const term = element(
      'span',
      { class: label === 'dropped' && count > 0 ? 'term bad' : 'term', attributes: { 'data-term': label, 'data-value': String(count) } },
      element('span', { class: 'number', text: formatCount(count) }),
      element('span', { class: 'label', text: label }),
    );
    return index === 0 ? [term] : [element('span', { class: 'sign', text: '+' }), term];
  });
}

function reason({ label, count }: Term): HTMLElement {
  return element('li', {}, element('span', { class: 'number', text: formatCount(count) }), element('span', { text: ` ${label}` }));
}
