import { expect, it, vi } from 'vitest';
import { createConsoleSink } from '../../src/core/sinks/console.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import { createEnvironment } from '../../src/node/environment.ts';
import { errorSignal, logSignal, responseSignal } from '../helpers/signals.ts';

it('a batch of JSON lines is one write to standard output, in its order, errors among them', () => {
  const written = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const elsewhere = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { print } = createEnvironment();
  const sink = createConsoleSink({ format: 'json', development: false, print, clock: createTestClock(), color: false });
  const context = { abortSignal: new AbortController().signal, leaving: false };
  void sink.write([responseSignal({ path: '/%s/%d' }), errorSignal(), logSignal({ message: 'next\nline' })], context);
  expect(elsewhere).not.toHaveBeenCalled();
  expect(written).toHaveBeenCalledTimes(1);
  const [text, ...more] = written.mock.calls[0] as [string];
  expect(more).toEqual([]);
  expect(text.split('\n').map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(['response', 'error', 'log']);
});
