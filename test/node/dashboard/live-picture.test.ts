import { describe, expect, it } from 'vitest';
import { LivePicture } from '../../../src/browser/dashboard/live-picture.ts';
import { ownAttributes } from '../../../src/browser/dashboard/own-attributes.ts';
import { trendPath } from '../../../src/browser/dashboard/trend-line.ts';
import type { Health } from '../../../src/core/diagnostics.ts';
import { helloFrame, statisticsFrame } from '../../helpers/live-frames.ts';

const trouble = (timestamp: number): Health => ({ timestamp, type: 'input-ignored', name: 'live', message: 'a client without a token', count: 1 });

describe('what the page knows', () => {
  it('is what the latest frame of each type said', () => {
    const picture = new LivePicture();
    expect(picture.apply(helloFrame({ service: 'shop' }))).toBe('head');
    expect(picture.apply(statisticsFrame({ work: 60 }))).toBe('series');
    expect(picture.apply({ ...statisticsFrame({ work: 120 }), time: 1_700_000_001_000 })).toBe('series');
    expect(picture.hello?.service).toBe('shop');
    expect(picture.statistics?.series[0]?.count).toBe(120);
    expect(picture.history.columns('work', picture.gap).rate).toEqual([1, 2]);
  });

  it('has each trouble once, though the server says its latest again after a reconnect', () => {
    const picture = new LivePicture();
    expect(picture.note(trouble(1))).toBe('health');
    expect(picture.note(trouble(1))).toBeUndefined();
    picture.note(trouble(3));
    picture.note(trouble(2));
    expect(picture.health.map(({ timestamp }) => timestamp)).toEqual([3, 2, 1]);
  });

  it('keeps the latest 50 troubles', () => {
    const picture = new LivePicture();
    for (let at = 0; at < 200; at++) picture.note(trouble(at));
    expect(picture.health).toHaveLength(50);
    expect(picture.health[0]?.timestamp).toBe(199);
  });

  it('adds up the frames that were skipped', () => {
    const picture = new LivePicture();
    picture.apply({ type: 'skipped', frames: 3 });
    picture.apply({ type: 'skipped', frames: 4 });
    expect(picture.skipped).toBe(7);
  });
});

describe('a metric', () => {
  it('is told from others of its name by what differs, not by the resource', () => {
    const resource = { 'service.name': 'shop' };
    expect(ownAttributes([{ ...resource, space: 'old' }, { ...resource, space: 'new' }])).toEqual([['old'], ['new']]);
    expect(ownAttributes([{ ...resource, space: 'old' }])).toEqual([[]]);
  });
});

describe('a trend', () => {
  it('ends at the right edge, from 0 to the greatest', () => {
    expect(trendPath([0, 10], 2)).toBe('M0.0 18.5L84.0 1.5');
  });

  it('has a hole where nothing is known', () => {
    expect(trendPath([1, null, 1], 3).match(/M/g)).toHaveLength(2);
    expect(trendPath([null, null], 2)).toBe('');
    expect(trendPath([0, 0], 2)).not.toContain('NaN');
  });
});
