// First in the worker's bundle: mocha, set up to tell the page what becomes of each test.
import type { WorkerMessage } from './worker-message.ts';

interface MochaTest {
  readonly title: string;
  readonly type: 'test' | 'hook';
  readonly state?: 'passed' | 'failed';
  readonly pending: boolean;
  titlePath(): readonly string[];
}
interface MochaRunner {
  on(event: 'test end', listener: (test: MochaTest) => void): void;
  on(event: 'fail', listener: (test: MochaTest, error: Error) => void): void;
  on(event: 'end', listener: () => void): void;
}
declare const mocha: { setup(options: { ui: 'bdd'; timeout: number; reporter: (runner: MochaRunner) => void }): void };
declare const importScripts: (url: string) => void;

importScripts('/base/node_modules/mocha/mocha.js');
mocha.setup({ ui: 'bdd', timeout: 10_000, reporter });

/** Mocha calls it with `new`. */
function reporter(runner: MochaRunner): void {
  const errors = new Map<MochaTest, Error>();
  const tell = (message: WorkerMessage): void => self.postMessage(message);
  const result = (test: MochaTest, outcome: 'passed' | 'failed' | 'skipped', error?: Error): void =>
    tell({ type: 'result', path: test.titlePath(), outcome, error: error && { message: error.message, stack: error.stack ?? '' } });
  runner.on('fail', (test, error) => {
    // A hook that fails has no `test end`.
    if (test.type === 'hook') result(test, 'failed', error);
    else errors.set(test, error);
  });
  runner.on('test end', (test) => {
    const error = errors.get(test);
    result(test, error !== undefined ? 'failed' : test.pending ? 'skipped' : 'passed', error);
  });
  runner.on('end', () => tell({ type: 'end' }));
}
