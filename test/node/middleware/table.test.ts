// What README.md says each framework gives is what it gives, over real sockets.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startExpress } from './start-express.ts';
import { startFastify } from './start-fastify.ts';
import { startHono } from './start-hono.ts';
import { startKoa } from './start-koa.ts';
import { rowsOf, tableOf } from './table.ts';
import type { Row } from './table.ts';

const frameworks = { Express: startExpress, Fastify: startFastify, Koa: startKoa, Hono: startHono };
const shown = ['success', '404', 'thrown error', 'async rejection', 'abort before the answer', 'abort in the answer', 'streaming'];

it.each(['with the source', 'without a source'] as const)('the table of the README is true, %s', async (mode) => {
  const rows: Row[] = [];
  for (const [name, start] of Object.entries(frameworks)) rows.push(...(await rowsOf(name, start, mode, shown)));
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(tableOf(rows));
}, 60_000);
