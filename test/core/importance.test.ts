import { expect, it } from 'vitest';
import { importanceOf } from '../../src/core/delivery/importance.ts';
import type { ResponseSignal } from '../../src/core/signal.ts';
import { responseSignal } from '../helpers/signals.ts';

it.each<[number, Partial<ResponseSignal>]>([
  [1, { statusCode: 200 }],
  [1, { statusCode: undefined }],
  [2, { statusCode: 404 }],
  [2, { status: 'error', statusCode: undefined, attributes: { 'error.type': 'aborted' } }],
  [3, { status: 'abandoned' }],
  [3, { status: 'error', statusCode: 404 }],
  [3, { status: 'error', attributes: undefined as never }],
])('a response is kept as its level says: %i for %j', (importance, fields) => {
  expect(importanceOf(responseSignal(fields))).toBe(importance);
});
