// Bundles the suites of a runtime, together with the SDK's sources for it, into one script.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';
import esbuild from 'rollup-plugin-esbuild';

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

// Precedes each file of suites.
const begin = 'begin:';

const runtimes = {
  page: {
    sdk: '../../../src/browser/index.ts',
    modules: () => ['relay-worker.ts', ...suites('../../contract'), ...suites('..', /\.test\.ts$/)],
  },
  worker: {
    sdk: '../../../src/browser/worker.ts',
    modules: () => ['worker-setup.ts', ...suites('../../contract'), 'worker-run.ts'],
  },
};

/**
 * @param {'page' | 'worker'} runtime
 * @param {string} file where to write the script, with its source map beside it
 */
export async function bundle(runtime, file) {
  const { sdk, modules } = runtimes[runtime];
  const virtual = {
    suites: modules().map((name) => `import ${JSON.stringify(name.startsWith(begin) ? name : path(name))};\n`).join(''),
    // Imported by @sinonjs/fake-timers, which uses it under Node only.
    util: 'export default {}',
  };
  const bundled = await rollup({
    input: 'suites',
    onLog: (level, log, handle) => ['CIRCULAR_DEPENDENCY', 'THIS_IS_UNDEFINED'].includes(log.code) || handle(level === 'warn' ? 'error' : level, log),
    plugins: [
      {
        name: 'suites',
        resolveId: (id) => aliases(sdk)[id] ?? (id in virtual || id.startsWith(begin) ? id : null),
        load: (id) => (id.startsWith(begin) ? `import { beginFile } from '#test';\nbeginFile(${JSON.stringify(id)});` : virtual[id]),
      },
      // Without `ignoreSideEffectsForRoot` our own `sideEffects: false` would drop every suite.
      nodeResolve({ browser: true, exportConditions: ['es2015'], ignoreSideEffectsForRoot: true }),
      commonjs(),
      // Its own way of resolving would pass over the `browser` fields.
      { ...esbuild({ target: 'es2022' }), resolveId: undefined },
    ],
  });
  await bundled.write({ file, format: 'iife', sourcemap: true, inlineDynamicImports: true });
  await bundled.close();
}

function aliases(sdk) {
  return { '#test': path('test.ts'), '#sdk': path(sdk), '#testing': path('../../../src/browser/testing.ts') };
}

function suites(folder, pattern = /\.ts$/) {
  const names = readdirSync(path(folder), { recursive: true }).filter((name) => pattern.test(name));
  return names.sort().flatMap((name) => [begin + name, join(folder, name)]);
}
