import { threeDigits } from './format-duration.ts';

const large = ['', ' k', ' M', ' G', ' T', ' P'];

/** A whole number in at most seven characters: `999,999`, `1.23 M`. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return '–';
  return Math.abs(count) < 1_000_000 ? grouped(count) : scaled(count);
}

/** A number per second, in at most seven characters: `0.05`, `12.3`, `12,345`. */
export function formatRate(rate: number): string {
  if (!Number.isFinite(rate)) return '–';
  if (rate === 0) return '0';
  return rate < 999.5 ? threeDigits(rate) : formatCount(Math.round(rate));
}

/** Bytes, by thousands: `45.2 MB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '–';
  return bytes < 1_000 ? `${Math.round(bytes)} B` : `${scaled(bytes)}B`;
}

/** A share from 0 to 1: `34.0 %`. */
export function formatShare(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : '–';
}

function scaled(value: number): string {
  let [scale, rest] = [0, value];
  while (rest >= 999.5 && scale < large.length - 1) [scale, rest] = [scale + 1, rest / 1_000];
  return `${threeDigits(rest)}${large[scale] ?? ''}`;
}

/** Alike in every locale. */
function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
