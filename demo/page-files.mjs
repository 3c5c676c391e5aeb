// The page's files: a fixed list, read once. No path of a request ever reaches the file system.
import { readFile } from 'node:fs/promises';

const html = 'text/html; charset=utf-8';
const script = 'text/javascript; charset=utf-8';
const files = {
  '/': ['public/index.html', html],
  '/style.css': ['public/style.css', 'text/css; charset=utf-8'],
  '/page.mjs': ['public/page.mjs', script],
  '/panel.mjs': ['public/panel.mjs', script],
  '/observability.mjs': ['public/observability.mjs', script],
  // The SDK for pages without a bundler: everything inside, as the global `arkheObservability`.
  '/observability.iife.min.js': ['../dist/browser/observability.iife.min.js', script],
};

export function isPageFile(path) {
  return Object.hasOwn(files, path);
}

/** @returns {Promise<Map<string, { readonly type: string, readonly content: Buffer }>>} by path */
export async function readPageFiles() {
  const entries = Object.entries(files).map(async ([path, [file, type]]) => [path, { type, content: await readFile(new URL(file, import.meta.url)) }]);
  return new Map(await Promise.all(entries));
}
