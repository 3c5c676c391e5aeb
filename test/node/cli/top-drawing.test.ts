import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStatistics } from './some-statistics.ts';
import { escapeControls } from '../../../src/node/cli/escape-controls.ts';
import { fitText, textWidth } from '../../../src/node/cli/text-width.ts';
import { initialControls, press } from '../../../src/node/cli/top/controls.ts';
import type { Controls } from '../../../src/node/cli/top/controls.ts';
import { drawPage } from '../../../src/node/cli/top/draw-page.ts';
import { drawTable } from '../../../src/node/cli/top/draw-table.ts';
import { formatDuration } from '../../../src/node/cli/top/format-duration.ts';
import { formatBytes, formatCount, formatRate } from '../../../src/node/cli/top/format-number.ts';
import { readKeys } from '../../../src/node/cli/top/keyboard.ts';
import { openScreen } from '../../../src/node/cli/top/screen.ts';
import { plainStyle } from '../../../src/node/cli/top/style.ts';
import type { Selection } from '../../../src/node/cli/top/select-series.ts';
import { emptyView, withFrame } from '../../../src/node/cli/top/top-view.ts';
import type { TopView } from '../../../src/node/cli/top/top-view.ts';
import { errorSignal } from '../../helpers/signals.ts';

const selection: Selection = { sort: 'p99', reversed: false, filter: '', limit: undefined };

describe('formatDuration', () => {
  it.each([
    [0, '0'],
    [0.0001, '0.10 µs'],
    [0.0123, '12.3 µs'],
    [0.9994, '999 µs'],
    [0.9996, '1.00 ms'],
    [9.996, '10.0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [59_940, '59.9 s'],
    [59_960, '1m00s'],
    [185_000, '3m05s'],
    [3_599_700, '1h00m'],
    [86_400_000, '1d00h'],
    [Number.NaN, '–'],
    [-1, '–'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('takes at most seven characters and is within half a percent, below a minute', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 59_940, noNaN: true }), (milliseconds) => {
        const text = formatDuration(milliseconds);
        const [number, unit] = text.split(' ');
        const read = Number(number) * ({ µs: 0.001, ms: 1, s: 1_000 }[unit ?? ''] ?? Number.NaN);
        return text.length <= 7 && Math.abs(read / milliseconds - 1) <= 0.0051;
      }),
    );
  });
});

it('writes numbers in at most seven characters', () => {
  expect([0, 999, 1_000, 999_999, 1_000_000, 2_345_678_901].map(formatCount)).toEqual(['0', '999', '1,000', '999,999', '1.00 M', '2.35 G']);
  expect([0, 0.0333, 9.996, 99.96, 999.6, 123_456].map(formatRate)).toEqual(['0', '0.03', '10.0', '100', '1,000', '123,456']);
  expect([999, 45_200_000, 4_345_298_944].map(formatBytes)).toEqual(['999 B', '45.2 MB', '4.35 GB']);
});

describe('text from outside', { timeout: 20_000 }, () => {
  it.each([
    ['a\u001b[31mb\nc\td', 'a\\e[31mb\\nc\\td'],
    ['\u009b2J \u0000 \u007f', '\\x9b2J \\x00 \\x7f'],
    ['\u202eabc \u2028 \ufeff', '\\u202eabc \\u2028 \\ufeff'],
    ['half \ud83d', 'half \\ud83d'],
    ['private \ue000 \u{f0000}', 'private \\ue000 \\u{f0000}'],
    ['👨\u200d👩\u200d👧 👍🏽 ❤\ufe0f 1\ufe0f\u20e3', '👨👩👧 👍 ❤ 1\u20e3'],
    ['joined a\u200db', 'joined a\\u200db'],
  ])('%j does nothing', (text, escaped) => {
    expect(escapeControls(text)).toBe(escaped);
  });

  it.each([
    ['plain', 5],
    ['見積書', 6],
    ['ｆｕｌｌ', 8],
    ['e\u0301', 1],
    ['📄', 2],
    ['❤', 1],
    ['한국어', 6],
    ['\u1112\u1161\u11ab', 2],
    ['🇩🇪', 2],
    ['…', 1],
  ])('%j is %i columns wide', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  it('fits any text into any width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (text, width) => {
        return textWidth(fitText(escapeControls(text), width)) === width;
      }),
    );
  });

  it('cuts with an ellipsis, not within a wide character', () => {
    expect(fitText('見積書', 6)).toBe('見積書');
    expect(fitText('見積書x', 6)).toBe('見積… ');
    expect(fitText('abcdef', 4)).toBe('abc…');
    expect(fitText('ab', 4)).toBe('ab  ');
    expect(fitText(`a${'\u0301'.repeat(100)}b`, 3)).toBe(`a${'\u0301'.repeat(4)}b `);
  });
});

describe('the table', () => {
  const names = ['GET /', '見積書 📄', 'long '.repeat(50), '\u001b[2J', 'e\u0301'.repeat(60)];
  const view = viewOf(names);

  it.each([20, 40, 64, 80, 100, 140])('has lines of %i columns', (width) => {
    const lines = drawTable(view, selection, width, plainStyle).filter((line) => line !== '');
    expect(new Set(lines.map(textWidth))).toEqual(new Set([width]));
  });

  it('says of the last error how many it stands for', () => {
    const lineOf = (count: number | undefined) => {
      const lines = drawTable({ ...view, lastError: errorSignal({ timestamp: view.statistics?.time ?? 0, count }) }, selection, 80, plainStyle);
      return lines.find((line) => line.startsWith('last error'))?.trim();
    };
    expect(lineOf(1_200)).toBe('last error  just now · ×1,200 TypeError: x is not a function');
    expect(lineOf(undefined)).toBe('last error  just now · TypeError: x is not a function');
  });

  it('leaves columns out for names of a readable width', () => {
    const headings = [100, 70, 60, 40, 30].map((width) => drawTable(view, selection, width, plainStyle).find((line) => line.startsWith('series'))?.trim().split(/ +/).join(' '));
    expect(headings).toEqual([
      'series rate/s count errors p50 p95 p99▾ max',
      'series rate/s count errors p50 p99▾ max',
      'series rate/s count errors p50 p99▾',
      'series rate/s p99▾',
      'series p99▾',
    ]);
  });

  it('says of the process and the signals what is known of them', () => {
    const gauge = { kind: 'metric', timestamp: 0, attributes: {}, instrument: 'gauge' } as const;
    const known = withFrame(view, {
      type: 'metrics',
      metrics: [
        { ...gauge, name: 'nodejs.eventloop.delay.p99', value: 12.3, unit: 'ms' },
        { ...gauge, name: 'nodejs.eventloop.utilization', value: 0.345, unit: '1' },
        { ...gauge, name: 'v8js.memory.heap.used', value: 30_000_000, unit: 'By' },
        { ...gauge, name: 'v8js.memory.heap.used', value: 15_200_000, unit: 'By' },
      ],
    });
    expect(drawTable(known, selection, 100, plainStyle)[1]?.trimEnd()).toBe('process     event loop p99 12.3 ms · utilisation 34.5 % · heap 45.2 MB');
  });

  it('says how many series it leaves out', () => {
    expect(drawTable(view, { ...selection, limit: 2 }, 100, plainStyle).at(-1)).toBe('3 more series');
  });
});

describe('a page', () => {
  const view = viewOf(Array.from({ length: 30 }, (_, index) => `series ${String(index).padStart(2, '0')}`));
  const byName: Selection = { ...selection, sort: 'name' };

  function shown(controls: Controls, height = 10): string[] {
    return drawPage(view, controls, 80, height, plainStyle)
      .lines.filter((line) => /^series \d\d/.test(line))
      .map((line) => line.slice(7, 9));
  }

  it.each([1, 2, 3, 5, 10, 40])('has %i lines', (height) => {
    for (const showsHelp of [false, true]) expect(drawPage(view, { ...initialControls(byName), showsHelp }, 80, height, plainStyle).lines).toHaveLength(height);
  });

  it('scrolls within the series', () => {
    let controls = initialControls(byName);
    const { visible, last } = drawPage(view, controls, 80, 10, plainStyle);
    const keys = (chunk: string): string[] => {
      for (const key of readKeys(chunk)) controls = press(controls, key, visible, last) as Controls;
      return shown(controls);
    };
    expect(keys('')).toEqual(['00', '01', '02', '03', '04', '05']);
    expect(keys('\u001b[B\u001b[B')[0]).toBe('02');
    expect(keys('\u001bOA')[0]).toBe('01');
    expect(keys('\u001b[6~')[0]).toBe('07');
    expect(keys('\u001b[F')).toEqual(['24', '25', '26', '27', '28', '29']);
    expect(keys('\u001b[B')[0]).toBe('24');
    expect(keys('\u001b[H\u001b[A')[0]).toBe('00');
  });

  it('takes a filter, and gives it up', () => {
    const type = (chunk: string): Controls => readKeys(chunk).reduce((controls, key) => press(controls, key, 1, 1) as Controls, initialControls({ ...byName, filter: 'x' }));
    expect(type('/12').selection.filter).toBe('x12');
    expect(type('/\u007f2q\u007f7\r')).toMatchObject({ selection: { filter: '27' }, editing: undefined });
    expect(type('/abc\u001b')).toMatchObject({ selection: { filter: 'x' }, editing: undefined });
    expect(press(type('/abc\r'), 'q', 1, 1)).toBe('quit');
  });

  it('sorts, reverses, pauses and explains', () => {
    const after = (chunk: string): Controls => readKeys(chunk).reduce((controls, key) => press(controls, key, 1, 1) as Controls, initialControls(selection));
    expect('sssss'.split('').map((_, index) => after('s'.repeat(index + 1)).selection.sort)).toEqual(['rate', 'count', 'errors', 'name', 'p99']);
    expect(after('r').selection.reversed).toBe(true);
    expect([after('p').isPaused, after('pp').isPaused]).toEqual([true, false]);
    expect([after('?').showsHelp, after('?x').showsHelp]).toEqual([true, false]);
    expect(shown({ ...initialControls(byName), selection: { ...byName, reversed: true } })[0]).toBe('29');
  });
});

describe('the screen', () => {
  it('writes a frame at once, and none that shows nothing new', () => {
    const output = terminal();
    const screen = openScreen(output.stream, () => undefined);
    output.writes.length = 0;
    screen.draw(['one', 'two']);
    screen.draw(['one', 'two']);
    expect(output.writes).toEqual(['\u001b[?2026h\u001b[Hone\u001b[K\r\ntwo\u001b[K\u001b[J\u001b[?2026l']);
  });

  it('keeps only the latest frame for a terminal that is behind', () => {
    const output = terminal();
    const screen = openScreen(output.stream, () => undefined);
    output.writes.length = 0;
    output.isFull = true;
    for (const line of ['1', '2', '3']) screen.draw([line]);
    expect(output.writes).toHaveLength(1);
    output.drain();
    expect(output.writes.map((write) => /H(\d)/.exec(write)?.[1])).toEqual(['1', '3']);
  });

  it('draws anew at another size, and listens no more when it is closed', () => {
    const output = terminal();
    let resized = 0;
    const screen = openScreen(output.stream, () => resized++);
    screen.draw(['same']);
    output.stream.emit('resize');
    screen.draw(['same']);
    expect(output.writes.filter((write) => write.includes('same'))).toHaveLength(2);
    screen.close();
    screen.close();
    screen.draw(['late']);
    output.stream.emit('resize');
    expect(resized).toBe(1);
    expect(output.writes.at(-1)).toBe('\u001b[?2026l\u001b[?7h\u001b[?25h\u001b[?1049l');
    expect(output.writes.filter((write) => write.includes('1049l'))).toHaveLength(1);
    expect(['resize', 'drain'].map((event) => output.stream.listenerCount(event))).toEqual([0, 0]);
  });
});

/** A terminal that is behind after every write while it is `isFull`. */
function terminal(): { stream: NodeJS.WriteStream; writes: string[]; isFull: boolean; drain(): void } {
  const stream = new EventEmitter();
  let isBehind = false;
  const state = {
    stream: stream as NodeJS.WriteStream,
    writes: [] as string[],
    isFull: false,
    drain(): void {
      state.isFull = isBehind = false;
      stream.emit('drain');
    },
  };
  const write = (text: string): boolean => {
    state.writes.push(text);
    isBehind = state.isFull;
    return !isBehind;
  };
  Object.defineProperties(stream, { write: { value: write }, writableNeedDrain: { get: () => isBehind }, columns: { value: 81 }, rows: { value: 10 } });
  return state;
}

function viewOf(names: readonly string[]): TopView {
  const open: TopView = { ...emptyView('http://127.0.0.1/'), state: 'open' };
  return withFrame(open, { type: 'statistics', time: 0, window: 60_000, series: names.map((name, index) => createStatistics(name, index + 1)), leftOut: 0 });
}
