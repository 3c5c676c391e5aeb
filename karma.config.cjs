// The contract suites in a real page and in a real worker of it, and the page's own suites.
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { SourceMap } = require('node:module');
const { tmpdir } = require('node:os');
const { dirname, join, relative, resolve } = require('node:path');

module.exports = async (config) => {
  const { bundle } = await import('./test/browser/harness/bundle.mjs');
  const { findBrowser } = await import('./test/helpers/find-browser.mjs');
  const { path, env } = await findBrowser();
  process.env.CHROME_BIN = path;
  Object.assign(process.env, env);

  const folder = mkdtempSync(join(tmpdir(), 'observability-karma-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const script = (runtime) => join(folder, `${runtime}.js`);
  await Promise.all(['page', 'worker'].map((runtime) => bundle(runtime, script(runtime))));

  config.set({
    basePath: __dirname,
    frameworks: ['mocha'],
    files: [
      { pattern: script('page'), watched: false },
      { pattern: script('worker'), watched: false, included: false },
    ],
    plugins: [require('karma-mocha'), require('karma-chrome-launcher'), { 'reporter:summary': ['factory', summary] }],
    reporters: ['dots', 'summary'],
    browsers: ['Headless'],
    customLaunchers: {
      Headless: {
        base: 'ChromeHeadless',
        flags: [
          // Chromium refuses to run as root with its sandbox, and containers forbid it.
          '--no-sandbox',
          // The launcher's fixed port makes two runs clash.
          '--remote-debugging-port=0',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          '--disable-quic',
        ],
      },
    },
    client: { mocha: { timeout: 10_000 } },
    hostname: '127.0.0.1',
    listenAddress: '127.0.0.1',
    browserNoActivityTimeout: 120_000,
    singleRun: true,
    autoWatch: false,
    logLevel: config.LOG_WARN,
    formatError: readableStacks({ page: `${script('page')}.map`, worker: `${script('worker')}.map` }),
  });
};

/** Counts the tests of each runtime, for test/run.mjs. */
function summary() {
  const suites = { page: { passed: 0, failed: 0, skipped: 0 }, worker: { passed: 0, failed: 0, skipped: 0 } };
  return {
    // Karma adds its writers here.
    adapters: [],
    onSpecComplete(_browser, { suite, success, skipped }) {
      suites[suite[0] === 'dedicated worker' ? 'worker' : 'page'][skipped ? 'skipped' : success ? 'passed' : 'failed'] += 1;
    },
    onRunComplete() {
      if (process.env.TEST_SUMMARY) writeFileSync(process.env.TEST_SUMMARY, JSON.stringify(suites));
    },
  };
}

/** Stack traces that lead to the TypeScript sources. */
function readableStacks(mapFiles) {
  const maps = {};
  return (message) =>
    message.replace(/(?:https?:\/\/[^\s/]+)?\/\S*\/(page|worker)\.js(?:\?\w+)?:(\d+):(\d+)/g, (place, runtime, line, column) => {
      maps[runtime] ??= new SourceMap(JSON.parse(readFileSync(mapFiles[runtime], 'utf8')));
      const { originalSource, originalLine, originalColumn } = maps[runtime].findEntry(line - 1, column - 1);
      if (originalSource === undefined) return place;
      return `${relative(__dirname, resolve(dirname(mapFiles[runtime]), originalSource))}:${originalLine + 1}:${originalColumn + 1}`;
    }) + '\n';
}
