import { describe, expect, it } from 'vitest';
import { columnValue, sortSeries } from '../../../src/browser/dashboard/sort-series.ts';
import type { SeriesColumn } from '../../../src/browser/dashboard/sort-series.ts';
import { seriesOf } from '../../helpers/live-frames.ts';

const series = [seriesOf('GET /b', 10, 5), { ...seriesOf('GET /a', 10, 7), errors: 5 }, seriesOf('POST /c', 90, 1)];
const namesBy = (column: SeriesColumn, descending: boolean, filter = ''): string[] => sortSeries(series, { column, descending }, filter).map(({ name }) => name);

describe('the table of series', () => {
  it('is sorted by any column, equal ones by name', () => {
    expect(namesBy('rate', true)).toEqual(['POST /c', 'GET /a', 'GET /b']);
    expect(namesBy('rate', false)).toEqual(['GET /a', 'GET /b', 'POST /c']);
    expect(namesBy('errors', true)).toEqual(['GET /a', 'GET /b', 'POST /c']);
    expect(namesBy('p99', true)).toEqual(['GET /a', 'GET /b', 'POST /c']);
    expect(namesBy('name', true)).toEqual(['POST /c', 'GET /b', 'GET /a']);
  });

  it('shows the names with every word of the filter, in either case', () => {
    expect(namesBy('name', false, ' get ')).toEqual(['GET /a', 'GET /b']);
    expect(namesBy('name', false, '/ C')).toEqual(['POST /c']);
    expect(namesBy('name', false, '.*')).toEqual([]);
  });

  it('shows rates a second and errors as a share', () => {
    expect(columnValue(seriesOf('work', 120), 'rate')).toBe(2);
    expect(columnValue({ ...seriesOf('work', 4), errors: 1 }, 'errors')).toBe(0.25);
    expect(columnValue(seriesOf('work', 0), 'errors')).toBe(0);
  });
});
