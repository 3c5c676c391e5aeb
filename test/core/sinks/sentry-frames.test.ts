import { defaultStackParser } from '@sentry/browser';
import { createStackParser } from '@sentry/core';
import { nodeStackLineParser } from '@sentry/core/server';
import { describe, expect, it } from 'vitest';
import { sentryFrames } from '../../../src/core/sinks/sentry/sentry-frames.ts';
import type { SentryFrame } from '../../../src/core/sinks/sentry/sentry-frames.ts';

const nodeParser = createStackParser(nodeStackLineParser());

/** What Sentry's own SDKs make of a stack; `undefined` fields are not sent. */
const plain = (frames: readonly object[]): unknown => JSON.parse(JSON.stringify(frames));

class Shop {
  static async open(): Promise<never> {
    await Promise.resolve();
    return new Shop().pay();
  }
  pay(): never {
    return [1].map(() => thrower())[0]!;
  }
}

function thrower(): never {
  throw new TypeError('no (really): at home');
}

async function stackOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as Error).stack!;
  }
  throw new Error('nothing was thrown');
}

describe('the frames for Sentry', () => {
  it.each<[string, () => unknown]>([
    ['a function', thrower],
    ['a class, asynchronously', () => Shop.open()],
    ['a getter', () => ({ get price() { return thrower(); } }).price],
    ['a constructor', () => new (class Cart { constructor() { thrower(); } })()],
    ['a callback of the host', () => JSON.parse('1', () => thrower())],
    ['a rejected promise', () => Promise.reject(new Error('late'))],
  ])('of %s are those of its own SDK for Node', async (_, work) => {
    const stack = await stackOf(work);
    expect(plain(sentryFrames(stack, 'node'))).toEqual(plain(nodeParser(stack)));
  });

  it('name files as the file system does', () => {
    const stack = [
      'Error: no',
      '    at pay (file:///app/my%20shop/pay.js:3:7)',
      '    at Object.<anonymous> (C:\\app\\main.js:1:1)',
      '    at async file:///C:/app/start.js:9:9',
      '    at Router.handle (/app/node_modules/express/router.js:20:5)',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      '    at new Promise (<anonymous>)',
    ].join('\n');
    expect(plain(sentryFrames(stack, 'node'))).toEqual(plain(nodeParser(stack)));
    expect(sentryFrames(stack, 'node').map(({ filename, in_app }) => [filename, in_app])).toEqual([
      ['<anonymous>', false],
      ['node:internal/process/task_queues', false],
      ['/app/node_modules/express/router.js', false],
      ['C:/app/start.js', true],
      ['C:\\app\\main.js', true],
      ['/app/my shop/pay.js', true],
    ]);
  });

  it.each([
    ['Chromium', 'TypeError: no\n    at pay (https://shop.test/main.js:1:200)\n    at async https://shop.test/main.js:1:90\n    at Object.open (https://shop.test/assets/chunk-1.js:3:4)'],
    ['Firefox', 'pay@https://shop.test/main.js:1:200\nasync*open@https://shop.test/main.js:1:90\n@https://shop.test/main.js:2:1'],
    ['Safari', 'pay@https://shop.test/main.js:1:200\nhttps://shop.test/main.js:1:90\nforEach@[native code]'],
  ])('of a page in %s are those of its own SDK for browsers', (_, stack) => {
    expect(plain(sentryFrames(stack, 'javascript'))).toEqual(plain(defaultStackParser(stack)));
  });

  it('are at most 50, the innermost', () => {
    const stack = Array.from({ length: 80 }, (_, index) => `    at f${index} (/app/a.js:${index + 1}:1)`).join('\n');
    const names = sentryFrames(`Error: deep\n${stack}`, 'node').map((frame: SentryFrame) => frame.function);
    expect([names.length, names[0], names[49]]).toEqual([50, 'f49', 'f0']);
  });

  it('of no stack, and of text that is none, are none', () => {
    expect(sentryFrames(undefined, 'node')).toEqual([]);
    expect(sentryFrames('Error: look at home\nat all', 'node')).toEqual([]);
  });
});
