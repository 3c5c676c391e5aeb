import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/core/operators/redact.ts';
import type { LogSignal } from '../../../src/core/signal.ts';
import { marbles } from '../../helpers/marbles.ts';
import { logSignal } from '../../helpers/signals.ts';

const clean = logSignal({ message: 'order shipped' });
const secret = logSignal({ message: 'password=hunter2' });
const redacted = logSignal({ message: 'password=[REDACTED]' });
/** What no one can read cannot be searched. */
const hostile = new Proxy(clean, {
  getPrototypeOf() {
    throw new Error('trap');
  },
});

describe('redact', () => {
  it(
    'passes signals without their secrets',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('   --a--b--a--|', { a: clean, b: secret });
      const subscription = ' ^----------!';
      const expected = '     --a--b--a--|';
      expectObservable(source.pipe(redact())).toBe(expected, { a: clean, b: redacted });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }),
  );

  it(
    'drops a signal that cannot be redacted, and goes on',
    marbles(({ hot, expectObservable }) => {
      const source = hot('   --a--h--b--|', { a: clean, h: hostile, b: secret });
      const expected = '     --a-----b--|';
      expectObservable(source.pipe(redact())).toBe(expected, { a: clean, b: redacted });
    }),
  );

  it(
    'passes on an error',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('   --a--#', { a: clean });
      const subscription = ' ^----!';
      const expected = '     --a--#';
      expectObservable(source.pipe(redact())).toBe(expected, { a: clean });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }),
  );

  it(
    'lets go of its source when unsubscribed',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('   --a--a--a--', { a: clean });
      const subscription = ' ^-----!    ';
      const expected = '     --a--a-    ';
      expectObservable(source.pipe(redact()), subscription).toBe(expected, { a: clean });
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }),
  );

  it('takes keys, exceptions and a replacement', () => {
    const results: LogSignal[] = [];
    const signal = logSignal({ context: { email: 'a@b.c', token: 'x', secret: 'y' } });
    of(signal)
      .pipe(redact({ keys: ['email'], allow: ['token'], replacement: '***' }))
      .subscribe((result) => results.push(result));
    expect(results[0]?.context).toEqual({ email: '***', token: 'x', secret: '***' });
  });

  it('names a wrong option at once', () => {
    expect(() => redact({ keys: ['a', 'b', 3 as unknown as string] })).toThrow('redaction.keys[2]: expected a name, a dotted path or a RegExp, received number 3');
  });
});
