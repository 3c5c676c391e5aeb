import { describe, expect, it } from 'vitest';
import { LatestErrors } from '../../../src/core/live/latest-errors.ts';
import { errorSignal, logSignal } from '../../helpers/signals.ts';

function shown(latest: LatestErrors): readonly { readonly name: string; readonly breadcrumbs: readonly unknown[] }[] {
  return (JSON.parse(latest.read()) as { readonly errors: readonly { readonly name: string; readonly breadcrumbs: readonly unknown[] }[] }).errors;
}

const breadcrumb = { category: 'ui', message: 'x'.repeat(4_096), timestamp: 1, level: 'info', attributes: {} } as const;

describe('the latest errors', () => {
  it('are the twenty that came last, newest first', () => {
    const latest = new LatestErrors();
    for (let number = 1; number <= 25; number += 1) latest.add(errorSignal({ name: `E${number}` }));
    expect(shown(latest).map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, index) => `E${25 - index}`));
  });

  it('are there with one that is larger than all that is shown, which is told without what led to it', () => {
    const latest = new LatestErrors();
    latest.add(errorSignal({ name: 'Small' }));
    latest.add(errorSignal({ name: 'Large', breadcrumbs: Array.from({ length: 100 }, () => breadcrumb) }));
    expect(shown(latest)).toMatchObject([{ name: 'Large', breadcrumbs: [] }, { name: 'Small' }]);
  });

  it('are told without what the flight recorder had', () => {
    const latest = new LatestErrors();
    latest.add(errorSignal({ name: 'Recorded', count: 12, breadcrumbs: [breadcrumb], recording: Array.from({ length: 10_000 }, () => logSignal()) }));
    expect(shown(latest)).toEqual([expect.objectContaining({ name: 'Recorded', count: 12, breadcrumbs: [breadcrumb] })]);
    expect(latest.read()).not.toContain('recording');
  });

  it('stay within their bound, of which the newest are told', () => {
    const latest = new LatestErrors();
    for (let number = 1; number <= 20; number += 1) latest.add(errorSignal({ name: `E${number}`, breadcrumbs: [breadcrumb, breadcrumb] }));
    expect(latest.read().length).toBeLessThan(100_000);
    expect(shown(latest)[0]).toMatchObject({ name: 'E20' });
  });
});
