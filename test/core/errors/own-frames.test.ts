import { describe, expect, it } from 'vitest';
import { recorded } from '../../helpers/recorded.ts';
import { ownFilesFrom, withoutOwnFrames } from '../../../src/core/errors/own-frames.ts';
import { stackFrames } from '../../../src/core/errors/stack-frames.ts';

/** As the engine names files here: as URLs or as paths. */
const here = stackFrames(new Error('here').stack ?? '')[0]?.file ?? '';
const own = here.replace('test/core/errors/own-frames.test.ts', 'src/core/');

describe('withoutOwnFrames', () => {
  it('leaves out what stands between frames of the application', () => {
    const [first, last] = ['Error: x\n    at pay (/srv/pay.js:1:2)', '    at main (/srv/main.js:5:6)'];
    expect(withoutOwnFrames(`${first}\n    at run (${own}tracing/tracing.ts:1:2)\n    at async ${own}errors/trail.ts:3:4\n${last}`)).toBe(`${first}\n${last}`);
  });

  it('keeps a stack of which nothing else of the application would be left', () => {
    const stack = `Error: x\n    at a (${own}bus.ts:1:2)\n    at Array.map (<anonymous>)\n    at node:internal/timers:1:1`;
    expect(withoutOwnFrames(stack)).toBe(stack);
  });

  it('knows what files of this package begin with', () => {
    expect(ownFilesFrom('file:///srv/node_modules/@arkhe/observability/dist/node/shared/manager.js')).toBe('file:///srv/node_modules/@arkhe/observability/dist/');
    expect(ownFilesFrom('C:\\srv\\node_modules\\@arkhe\\observability\\dist\\node\\main.js')).toBe('C:\\srv\\node_modules\\@arkhe\\observability\\dist\\');
    expect(ownFilesFrom('https://shop.example/modules/observability/core/errors/own-frames.js?v=1')).toBe('https://shop.example/modules/observability/');
    expect(ownFilesFrom('https://shop.example/js/observability.iife.min.js')).toBe('https://shop.example/js/observability.iife.min.js');
  });

  it('takes no bundle of the application for its own', () => {
    for (const file of ['/srv/dist/node/server.js', 'https://shop.example/assets/index-4f3a.js', '/srv/core/errors/index.js', '<anonymous>', '']) expect(ownFilesFrom(file)).toBe('');
  });

  it('is done to what is captured, also where it was caused', () => {
    const { obs, only } = recorded();
    function charge(): never {
      throw new Error('declined', { cause: obs.tracer.startSpan('ask', () => new TypeError('no card')) });
    }
    try {
      obs.traceRequest('POST', '/pay', () => obs.profiler.profile('charge', charge));
    } catch (error) {
      obs.errorTracker.captureException(error);
    }
    const { error } = only('error');
    for (const { stack = '' } of [error, error.cause ?? error]) {
      const files = stackFrames(stack).map(({ file }) => file);
      expect(files[0]).toContain('own-frames.test.ts');
      expect(files.filter((file) => file.includes('/src/core/'))).toEqual([]);
    }
    expect(stackFrames(error.stack ?? '')[0]?.function).toBe('charge');
  });
});
