// Numbers as an engineer reads them at a glance: three digits and a unit.

/** What stands where there is no number. */
export const nothing = '–';

/** Where the server has not spoken yet, and so nobody knows. */
export const unheard = 'The server has not told yet.';

/** What stands for a series: a name may be empty. */
export function seriesLabel(name: string): string {
  return name.trim() === '' ? '(no name)' : name;
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Milliseconds as `850 µs`, `12.3 ms`, `1.25 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return nothing;
  if (milliseconds === 0) return '0 ms';
  if (Math.abs(milliseconds) >= 59_950) return formatMinutes(milliseconds);
  return scaled(milliseconds * 1_000, 1_000, ['µs', 'ms', 's']);
}

/** A duration that a clock of this resolution measured, in milliseconds: what it cannot tell is not claimed. */
export function formatMeasured(milliseconds: number, resolution: number | undefined): string {
  if (resolution === undefined || !(resolution > 0) || !(milliseconds < 10 * resolution)) return formatDuration(milliseconds);
  return milliseconds < resolution ? `< ${formatDuration(resolution)}` : `≈ ${formatDuration(milliseconds)}`;
}

/** `1,234`, `1.23 M`. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return nothing;
  if (Math.abs(count) < 1e6) return grouped.format(count);
  return scaled(count / 1e6, 1_000, ['M', 'G', 'T']);
}

/** How often, of a number a second: `12.3/s`, `2.5/min`. */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return nothing;
  if (perSecond === 0) return '0/s';
  if (perSecond < 0.1) return `${digits(perSecond * 60)}/min`;
  return perSecond < 1_000 ? `${digits(perSecond)}/s` : `${scaled(perSecond / 1_000, 1_000, ['k', 'M', 'G'])}/s`;
}

/** A share from 0 to 1 in percent. One that is not 0 never reads as 0. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return nothing;
  if (share === 0) return '0%';
  return Math.abs(share) < 0.0001 ? '< 0.01%' : `${digits(share * 100)}%`;
}

/** `512 B`, `12.3 MiB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return nothing;
  return scaled(bytes, 1_024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
}

/** A number in a unit of UCUM, as metrics name them. */
export function formatQuantity(value: number, unit: string): string {
  switch (unit) {
    case 's':
      return formatDuration(value * 1_000);
    case 'ms':
      return formatDuration(value);
    case 'us':
      return formatDuration(value / 1_000);
    case 'ns':
      return formatDuration(value / 1e6);
    case 'By':
      return formatBytes(value);
    case '%':
      return formatShare(value / 100);
    default:
      // `1` is no unit, and what stands in braces is a remark: the name says it already.
      return unit === '1' || unit === '' || unit.startsWith('{') ? formatNumber(value) : `${formatNumber(value)} ${unit.slice(0, 16)}`;
  }
}

/** The time of day of epoch milliseconds, in the zone of the reader. */
export function formatTime(timestamp: number): string {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return nothing;
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** How long ago, of milliseconds. */
export function formatAge(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return nothing;
  if (milliseconds < 1_500) return 'now';
  if (milliseconds < 90_000) return `${Math.round(milliseconds / 1_000)} s ago`;
  return milliseconds < 5_400_000 ? `${Math.round(milliseconds / 60_000)} min ago` : `${Math.round(milliseconds / 3_600_000)} h ago`;
}

/** A span of time that somebody chose: `60 s`, `5 min`. */
export function formatWindow(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return nothing;
  return milliseconds >= 120_000 && milliseconds % 60_000 === 0 ? `${milliseconds / 60_000} min` : `${Number((milliseconds / 1_000).toPrecision(3))} s`;
}

function formatNumber(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 1_000 ? formatCount(value) : digits(value);
}

function formatMinutes(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${grouped.format(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** In the greatest of the units in which it is at least 1, once rounded. */
function scaled(value: number, step: number, units: readonly string[]): string {
  let rest = value;
  let at = 0;
  while (at < units.length - 1 && Number(digits(rest)) >= step) {
    rest /= step;
    at++;
  }
  return `${digits(rest)} ${units[at]}`;
}

/** Three significant digits, and no zeros that say nothing. */
function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  return String(Number(value.toPrecision(3)));
}
