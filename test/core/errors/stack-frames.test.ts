import { describe, expect, it } from 'vitest';
import { stackFrames } from '../../../src/core/errors/stack-frames.ts';

type Row = readonly [line: string, name: string | undefined, file: string, at?: number, column?: number];

const v8: readonly Row[] = [
  ['at pay (file:///srv/shop/pay.js:10:7)', 'pay', 'file:///srv/shop/pay.js', 10, 7],
  ['at async pay (file:///srv/shop/pay.js:10:7)', 'pay', 'file:///srv/shop/pay.js', 10, 7],
  ['at new Order (/srv/shop/order.js:1:2)', 'new Order', '/srv/shop/order.js', 1, 2],
  ['at Cart.total [as sum] (/srv/shop/cart.js:3:4)', 'Cart.total', '/srv/shop/cart.js', 3, 4],
  ['at Object.<anonymous> (/srv/my (old) shop/cart.js:3:4)', 'Object.<anonymous>', '/srv/my (old) shop/cart.js', 3, 4],
  ['at /srv/my (old) shop/cart.js:3:4', undefined, '/srv/my (old) shop/cart.js', 3, 4],
  ['at C:\\shop\\cart.js:3:4', undefined, 'C:\\shop\\cart.js', 3, 4],
  ['at async file:///srv/shop/main.js:5:1', undefined, 'file:///srv/shop/main.js', 5, 1],
  ['at node:internal/timers:581:17', undefined, 'node:internal/timers', 581, 17],
  ['at https://shop.example/app.js?v=1:2:30', undefined, 'https://shop.example/app.js?v=1', 2, 30],
  ['at Array.map (<anonymous>)', 'Array.map', '<anonymous>'],
  ['at async Promise.all (index 0)', 'Promise.all', 'index 0'],
  ['at eval (eval at run (/srv/shop/run.js:7:8), <anonymous>:1:1)', 'eval', '/srv/shop/run.js', 7, 8],
  ['at eval (eval at a (eval at b (/srv/b.js:7:8), <anonymous>:1:1), <anonymous>:2:2)', 'eval', '/srv/b.js', 7, 8],
  ['at add (wasm://wasm/5f3a:wasm-function[12]:0x1f)', 'add', 'wasm://wasm/5f3a'],
];

const gecko: readonly Row[] = [
  ['pay@https://shop.example/app.js:10:7', 'pay', 'https://shop.example/app.js', 10, 7],
  ['@https://shop.example/app.js:10:7', undefined, 'https://shop.example/app.js', 10, 7],
  ['pay/<@https://cdn.example/react@19.0.0/index.js:1:2', 'pay/<', 'https://cdn.example/react@19.0.0/index.js', 1, 2],
  ['async*run@https://shop.example/app.js:1:2', 'async*run', 'https://shop.example/app.js', 1, 2],
  ['run@https://shop.example/app.js line 3 > eval:1:1', 'run', 'https://shop.example/app.js', 3],
  ['https://shop.example/react@19/app.js:1:2', undefined, 'https://shop.example/react@19/app.js', 1, 2],
  ['module code@https://shop.example/app.js:1:2', 'module code', 'https://shop.example/app.js', 1, 2],
  ['map@[native code]', 'map', '[native code]'],
];

describe('stackFrames', () => {
  it.each(v8)('reads what V8 writes: %s', (text, name, file, line, column) => {
    expect(stackFrames(`Error: broken\n    ${text}`)).toEqual([{ text, function: name, file, line, column }]);
  });

  it.each(gecko)('reads what Firefox and Safari write: %s', (text, name, file, line, column) => {
    expect(stackFrames(`${text}\n`)).toEqual([{ text, function: name, file, line, column }]);
  });

  it('has the innermost first, as the engine that runs this writes them', () => {
    function inner(): Error {
      return new Error('at first\nnobody@home:80 (at the door)');
    }
    const error = (function outer() {
      return inner();
    })();
    const frames = stackFrames(error.stack ?? '');
    expect(frames.map(({ function: name }) => name?.split('.').at(-1)).slice(0, 2)).toEqual(['inner', 'outer']);
    for (const { file, line, column } of frames.slice(0, 2)) {
      expect(file).toContain('stack-frames.test.ts');
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
    }
  });

  it.each(['', 'Error', 'Error: mail to user@example.org:25', 'Error: look at the door (please)', 'at ', 'at last', '@', '@@@:1:1', ' at (', 'at ()', 'at a (:1:2)'])('finds none in %j', (text) => {
    expect(stackFrames(text)).toEqual([]);
  });

  it('passes over a line that was cut', () => {
    expect(stackFrames('Error: x\n    at a (/a.js:1:2)\n    at b (/very/long…[20000 characters]').map(({ function: name }) => name)).toEqual(['a']);
  });

  it('is bounded, in frames, in text and in time', () => {
    expect(stackFrames('    at a (/a.js:1:2)\n'.repeat(10_000))).toHaveLength(100);
    expect(stackFrames(`${'x'.repeat(70_000)}\n    at a (/a.js:1:2)`)).toEqual([]);
    const nasty = ['at '.repeat(20_000), ':1'.repeat(30_000), 'at a (' + '('.repeat(60_000), 'a@/' + ':1'.repeat(2_000) + 'x', 'at eval at ('.repeat(5_000), ' line 1 > '.repeat(6_000), `at ${':1:1'.repeat(900)}x\n`.repeat(15)];
    const begin = performance.now();
    for (const stack of nasty) stackFrames(stack);
    expect(performance.now() - begin).toBeLessThan(500);
  });
});
