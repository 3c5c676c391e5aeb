import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A fault somebody could make: this text of this file replaced by that one. `noticedBy` is a test that must fail then. */
interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly replace: string;
  readonly by: string;
  readonly noticedBy: { readonly file: string; readonly test: string };
}

const bus = (test: string): Mutation['noticedBy'] => ({ file: 'bus', test });
const stage = (test: string): Mutation['noticedBy'] => ({ file: 'stage', test });
const pipeline = (test: string): Mutation['noticedBy'] => ({ file: 'pipeline', test });
const delivery = (test: string): Mutation['noticedBy'] => ({ file: 'delivery', test });
const retry = (test: string): Mutation['noticedBy'] => ({ file: 'delivery-retry', test });
const balance: Mutation['noticedBy'] = {
  file: 'delivery-balance',
  test: 'a delivery balances at every instant, and gives each signal one end, whatever the receiver, time and the host do',
};
const ledger: Mutation['noticedBy'] = {
  file: 'ledger',
  test: 'the ledger balances at every instant, whatever operators, sinks and time do; at the end nothing is held or pending',
};

// None that would end in an endless loop: nothing could stop the run.
const mutations: readonly Mutation[] = [
  {
    name: 'the bus has no queue for what is emitted inside a delivery',
    file: 'turns.ts',
    replace: 'if (busy) {\n',
    by: 'if (Number.isNaN(nested)) {\n',
    noticedBy: bus('the order of values is the same for every subscriber when a subscriber emits'),
  },
  {
    name: 'the bus lets what one subscriber throws keep the others from the value',
    file: 'bus.ts',
    replace: '        subscriber.next(value);\n      } catch (error) {\n        report(error);',
    by: '        subscriber.next(value);\n      } catch (error) {\n        throw error;',
    noticedBy: bus('a subscriber that throws is reported, and the others get every value in order: a bare Subscriber, which guards nothing'),
  },
  {
    name: 'the bus lets what one subscriber throws keep the others from the end',
    file: 'bus.ts',
    replace: '        subscriber.complete();\n      } catch (error) {\n        report(error);',
    by: '        subscriber.complete();\n      } catch (error) {\n        throw error;',
    noticedBy: bus('a subscriber that throws is isolated when it throws while it ends: the others get the value, and the end'),
  },
  {
    name: 'the bus completes before what waits',
    file: 'bus.ts',
    replace: 'if (!turns.busy) finish();',
    by: 'finish();',
    noticedBy: bus('the end comes after the values that wait'),
  },
  {
    name: 'no guard around subscribers',
    file: 'guarded-observable.ts',
    replace: "      if (answer instanceof Promise) answer.then(undefined, this.#report);\n    } catch (thrown) {\n      this.#report(thrown);",
    by: "      if (answer instanceof Promise) answer.then(undefined, this.#report);\n    } catch (thrown) {\n      throw thrown;",
    noticedBy: bus('a subscriber that throws goes on getting values: behind an operator'),
  },
  {
    name: 'no guard behind hand-written operators',
    file: 'guarded-observable.ts',
    replace: 'return isPlainObservable(result) ?',
    by: 'return isPlainObservable(undefined) ?',
    noticedBy: bus('a subscriber that throws is reported, and the others get every value in order: behind a hand-written operator'),
  },
  {
    name: 'an error without a handler is not reported',
    file: 'guarded-observable.ts',
    replace: 'else this.#report(reason);',
    by: '',
    noticedBy: bus('an operator that throws is reported when its subscriber has no error handler'),
  },
  {
    name: 'a failed operator is not started afresh',
    file: 'stage.ts',
    replace: '        stop();\n        start();',
    by: '        broken = false;',
    noticedBy: stage('an operator that throws starts afresh, without its state of before'),
  },
  {
    name: 'the signal is lost for which an operator throws',
    file: 'stage.ts',
    replace: '        if (lost) next(signal);',
    by: "        if (lost) book.filter('pipeline');",
    noticedBy: stage('an operator that throws lets the signal pass unchanged and in its place: in map'),
  },
  {
    name: 'what an operator keeps at the end stays held',
    file: 'stage.ts',
    replace: "settleHeld('shutdown');",
    by: '',
    noticedBy: pipeline('the drain counts what an operator never gives out'),
  },
  {
    name: 'what was delayed stays counted as filtered',
    file: 'stage.ts',
    replace: "      book.unfilter('pipeline');",
    by: '',
    noticedBy: ledger,
  },
  {
    name: 'what an operator adds is not counted',
    file: 'stage.ts',
    replace: 'else book.add();',
    by: '',
    noticedBy: ledger,
  },
  {
    name: 'redaction stands after the tap',
    file: 'pipeline.ts',
    replace: 'tap.emit(redacted)',
    by: 'tap.emit(signal)',
    noticedBy: pipeline('the way of a signal is redacted after the operators and before the tap: what an operator adds is redacted too'),
  },
  {
    name: 'sampling stands before the tap',
    file: 'pipeline.ts',
    replace: 'if (tap.observed) tap.emit',
    by: 'if (redacted.trace?.sampled !== false) tap.emit',
    noticedBy: pipeline('the way of a signal passes the tap also when its trace is not sampled, and ends there'),
  },
  {
    name: 'what a delaying operator gives out does not wait for its turn',
    file: 'pipeline.ts',
    replace: 'if (!turns.give(() => next(signal))) refuse();',
    by: 'next(signal);',
    noticedBy: pipeline('order under re-entrancy holds for what a delaying operator gives out: no operator behind it is entered while it works'),
  },
  {
    name: 'what comes after the end is not counted',
    file: 'pipeline.ts',
    replace: "if (drained) return book.filter('shutdown');",
    by: 'if (drained) return;',
    noticedBy: ledger,
  },
  {
    name: 'a signal dropped for want of room is not counted',
    file: 'delivery/delivery.ts',
    replace: "if (lost > 0) drop('queue-full', lost);",
    by: '',
    noticedBy: delivery('a full queue drops the newest beyond the count, and says so in one word'),
  },
  {
    name: 'a flush does not wait for what is in flight',
    file: 'delivery/delivery.ts',
    replace: 'Math.min(outbox.oldest, oldestQueued())',
    by: 'oldestQueued()',
    noticedBy: delivery('flush waits for what is in flight, and writes what is queued'),
  },
  {
    name: 'nothing of a shared account is left to the sink that replaces another',
    file: 'delivery/delivery.ts',
    replace: "if (queue.length > 0) drop('shutdown', queue.length);",
    by: "drop('shutdown', account.pending);",
    noticedBy: delivery('the set of sinks continues the account when a sink replaces one of the same name, and drops nothing of the new one'),
  },
  {
    name: 'what waits for its next try loses its place',
    file: 'delivery/outbox.ts',
    replace: 'return parcels.size < slots();',
    by: 'return parcels.writing < slots();',
    noticedBy: retry('a batch that was not written keeps its place: nothing overtakes it, and no more than the queue is in memory'),
  },
  {
    name: 'a flush presses a receiver that asked for time',
    file: 'delivery/outbox.ts',
    replace: 'if (!parcel.asked) parcel.due',
    by: 'parcel.due',
    noticedBy: retry('flush does not press a receiver that asked for time'),
  },
  {
    name: 'the end of the host leaves out the halves of what is too large',
    file: 'delivery/delivery.ts',
    replace: 'waiting.unshift(...outbox.send(parcel, true));',
    by: 'outbox.send(parcel, true);',
    noticedBy: retry('leaving halves in the same breath what the sink finds too large'),
  },
  {
    name: 'a page that is hidden uses up the retries',
    file: 'delivery/outbox.ts',
    replace: 'if (!leaving || parcel.failures === 0) parcel.failures++;',
    by: 'parcel.failures++;',
    noticedBy: retry('leaving does not use up the retries, however often the page is hidden'),
  },
  {
    name: 'an answer is believed after the deadline',
    file: 'delivery/attempt.ts',
    replace: '    if (ended) return false;\n',
    by: '',
    noticedBy: retry('a batch that was not written is not counted again by an answer that comes too late: resolve'),
  },
  {
    name: 'the timeout does not abort the write',
    file: 'delivery/attempt.ts',
    replace: '    controller.abort();\n    failed(',
    by: '    failed(',
    noticedBy: delivery('a sink that does not answer is aborted at the timeout; its batch is dropped, and the next is written'),
  },
  {
    name: 'what the receiver refused of a batch is not counted',
    file: 'delivery/outbox.ts',
    replace: "    if (rejected > 0) drop('rejected', rejected);\n",
    by: '',
    noticedBy: balance,
  },
  {
    name: 'a half of a batch is lost',
    file: 'delivery/outbox.ts',
    replace: 'parcels.split(parcel, parts)',
    by: 'parcels.split(parcel, parts.slice(1))',
    noticedBy: retry('a batch that is too large is halved at once, until the receiver takes it'),
  },
  {
    name: 'what the queue gives up keeps its memory',
    file: 'delivery/signal-queue.ts',
    replace: '    bytes -= ring.size;\n',
    by: '',
    noticedBy: { file: 'signal-queue', test: 'does what a list would do, however many come and go' },
  },
  {
    name: 'the circuit breaker lets more than the probe pass',
    file: 'delivery/circuit-breaker.ts',
    replace: '      probing = true;\n',
    by: '',
    noticedBy: { file: 'circuit-breaker', test: 'a circuit breaker then lets one probe pass, and nothing beside it' },
  },
  {
    name: 'a dead collector is told of with every signal',
    file: 'delivery/sink-health.ts',
    replace: 'if (!loss.arranged) arrange(reason, loss);',
    by: 'sayLoss(reason, loss);',
    noticedBy: retry('health$ says a loss once a minute, however much is lost, and the rest at the recovery'),
  },
  {
    name: 'one channel that works ends the trouble of all',
    file: 'delivery/sink-health.ts',
    replace: '|| failing.size > 0) return;',
    by: ') return;',
    noticedBy: { file: 'delivery-channels', test: 'a sink with channels has recovered when no channel fails any more' },
  },
];

const root = fileURLToPath(new URL('../..', import.meta.url));
const control = 'control';
let folder: string;
/** By copy: the full names of the tests that passed and that failed. */
const outcomes = new Map<string, { readonly passed: string[]; readonly failed: string[] }>();

interface Report {
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[] }[];
}

function copyOf(index: number): string {
  return `mutation-${index}`;
}

function makeCopy(name: string, tests: ReadonlySet<string>): string {
  const copy = join(folder, name);
  for (const part of ['src/core', 'src/node', 'test/helpers', 'tsconfig.base.json']) cpSync(join(root, part), join(copy, part), { recursive: true });
  mkdirSync(join(copy, 'test/core'), { recursive: true });
  for (const test of tests) cpSync(join(root, `test/core/${test}.test.ts`), join(copy, `test/core/${test}.test.ts`));
  return copy;
}

/** One run of vitest over all the copies: starting it is what takes time. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'observability-mutations-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    "import esbuild from 'rollup-plugin-esbuild';\nexport default { oxc: false, plugins: [esbuild({ target: 'node20' })], test: { include: ['*/test/core/*.test.ts'], testTimeout: 30_000 } };\n",
  );
  makeCopy(control, new Set(mutations.map(({ noticedBy }) => noticedBy.file)));
  for (const [index, { file, replace, by, noticedBy }] of mutations.entries()) {
    const path = join(makeCopy(copyOf(index), new Set([noticedBy.file])), 'src/core', file);
    const source = readFileSync(path, 'utf8');
    if (source.split(replace).length !== 2) throw new Error(`not exactly once in ${file}: ${replace}`);
    writeFileSync(path, source.replace(replace, () => by));
  }
  const names = [...new Set(mutations.map(({ noticedBy }) => noticedBy.test))];
  const pattern = names.map((name) => `^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`).join('|');
  const report = join(folder, 'report.json');
  const args = ['run', '--root', folder, '--reporter=json', `--outputFile=${report}`, '--testNamePattern', pattern];
  const { stderr } = spawnSync(process.execPath, [join(dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))), 'vitest.mjs'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 400_000,
    // vitest's own variables would make the inner run believe it is a worker of this one.
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, CI: '1' },
  });
  let json: Report;
  try {
    json = JSON.parse(readFileSync(report, 'utf8')) as Report;
  } catch (cause) {
    throw new Error(`the run gave no report: ${stderr}`, { cause });
  }
  for (const { name, assertionResults } of json.testResults) {
    const copy = name.split('/test/core/')[0]?.split('/').at(-1) ?? '';
    const outcome = outcomes.get(copy) ?? { passed: [], failed: [] };
    outcomes.set(copy, outcome);
    for (const { fullName, status } of assertionResults) {
      if (status === 'passed') outcome.passed.push(fullName);
      if (status === 'failed') outcome.failed.push(fullName);
    }
  }
}, 420_000);

// Many thousand files on a busy machine.
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

describe('a fault is noticed by a test', () => {
  it.each(mutations.map((mutation, index) => ({ ...mutation, index })))('$name', ({ index, noticedBy }) => {
    expect(outcomes.get(control)?.passed).toContain(noticedBy.test);
    expect(outcomes.get(control)?.failed).toEqual([]);
    expect(outcomes.get(copyOf(index))?.failed).toContain(noticedBy.test);
  });
});
