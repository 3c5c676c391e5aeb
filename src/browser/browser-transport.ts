import type { CreateTransport } from '../core/transport.ts';
import { createFetchTransport } from './fetch-transport.ts';
import { createPageTransport } from './page-transport.ts';

/** For a page, and for its workers: bundlers give the page's entry to both. */
export const createBrowserTransport: CreateTransport = (settings) =>
  (typeof document === 'undefined' ? createFetchTransport : createPageTransport)(settings);
