import { writeFileSync } from 'node:fs';

/** A vitest reporter which counts the tests of each project, for test/run.mjs. */
export default class Summary {
  onTestRunEnd(modules) {
    const suites = {};
    for (const module of modules) {
      const counts = (suites[module.project.name] ??= { passed: 0, failed: 0, skipped: 0 });
      const before = counts.failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1;
      }
      // A file that does not load, or a hook that throws, leaves no failed test.
      if (module.state() === 'failed' && counts.failed === before) counts.failed += 1;
    }
    writeFileSync(process.env.TEST_SUMMARY, JSON.stringify(suites));
  }
}
