// `tsc -b` has written build/{core,browser,node}; here these become what is published. One run a host, with all its entries as
// inputs: what they share goes into common chunks, so that `.` and `./core` know one manager and one `ConfigurationError`.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { dts } from 'rollup-plugin-dts';
import { minify } from 'rollup-plugin-esbuild';

const build = resolve('build');
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist', { recursive: true, force: true });

const licences = collectLicences('dist/THIRD-PARTY-LICENSES.txt');
const output = {
  format: 'es',
  sourcemap: true,
  chunkFileNames: 'shared/[name].js',
  generatedCode: 'es2015',
  hoistTransitiveImports: false,
  // React's build for server components has no classes: what imports the boundary there is told to be the page's.
  banner: ({ name }) => (/(^|frameworks\/)react$/.test(name) ? "'use client';" : ''),
};

/** Of a page's frameworks. The same module everywhere: pages are rendered on servers, too. */
const frameworks = Object.fromEntries(['react', 'vue', 'angular'].map((name) => [name, `build/browser/frameworks/${name}.js`]));

export default [
  {
    input: entries('node', ['main', 'index', 'register', 'testing'], { cli: 'build/node/cli/main.js', ...adapters('node', ['express', 'fastify', 'koa', 'hono']), ...frameworks, core: 'build/core/index.js' }),
    external: matches(/^node:/, /^@opentelemetry\/api(\/|$)/, /^@sentry\//, /^react$/, /^vue$/, ...builtinModules.map((name) => RegExp(`^${name}$`))),
    plugins: [compiled(), nodeResolve({ exportConditions: ['es2015'] }), commonjs(), licences],
    output: { ...output, dir: 'dist/node' },
    onLog: refuseWarnings,
  },
  {
    input: entries('browser', ['main', 'index', 'worker', 'universal', 'testing'], { ...adapters('browser', ['hono']), ...frameworks, core: 'build/core/index.js' }),
    external: matches(/^rxjs(\/|$)/, /^@opentelemetry\/api(\/|$)/, /^@sentry\//, /^react$/, /^vue$/),
    plugins: [compiled(), nodeResolve({ browser: true }), licences],
    output: {
      ...output,
      dir: 'dist/browser',
      // A module each, as in the sources: `sideEffects: false` lets an application's bundler leave out whole modules, but of a chunk
      // only the statements it can prove to be pure.
      preserveModules: true,
      entryFileNames: ({ name }) => `${moduleName(name)}.js`,
    },
    onLog: refuseWarnings,
  },
  {
    input: 'build/browser/index.js',
    external: matches(/^@sentry\//),
    plugins: [compiled(), nodeResolve({ browser: true, exportConditions: ['es2015'] }), minify({ target: 'es2022' }), licences],
    output: {
      file: 'dist/browser/observability.iife.min.js',
      format: 'iife',
      name: 'arkheObservability',
      banner: `/*! @arkhe/observability ${version} | MIT | see THIRD-PARTY-LICENSES.txt */`,
      sourcemap: true,
      inlineDynamicImports: true,
    },
    onLog: refuseWarnings,
  },
  {
    // The page that `liveHandler` serves: three files, and nothing from elsewhere.
    input: 'build/browser/dashboard/main.js',
    plugins: [compiled(), nodeResolve({ browser: true, exportConditions: ['es2015'] }), minify({ target: 'es2022' }), pageFiles('src/browser/dashboard'), licences],
    output: { file: 'dist/dashboard/dashboard.js', format: 'iife', sourcemap: false },
    onLog: refuseWarnings,
  },
  {
    input: {
      index: 'build/browser/universal.d.ts',
      browser: 'build/browser/index.d.ts',
      node: 'build/node/index.d.ts',
      core: 'build/core/index.d.ts',
      testing: 'build/browser/testing.d.ts',
      register: 'build/node/register.d.ts',
      express: 'build/node/middleware/express.d.ts',
      fastify: 'build/node/middleware/fastify.d.ts',
      koa: 'build/node/middleware/koa.d.ts',
      hono: 'build/browser/middleware/hono.d.ts',
      react: 'build/browser/frameworks/react.d.ts',
      vue: 'build/browser/frameworks/vue.d.ts',
      angular: 'build/browser/frameworks/angular.d.ts',
    },
    external: matches(/^rxjs$/, /^node:/, /^hono$/, /^fastify$/, /^react$/, /^vue$/),
    plugins: [dts(), globalTypes()],
    output: {
      dir: 'dist/types',
      format: 'es',
      entryFileNames: '[name].d.ts',
      chunkFileNames: ({ name }) => `shared/${name.replace(/\.d$/, '')}.d.ts`,
      hoistTransitiveImports: false,
    },
    onLog: refuseWarnings,
  },
];

function entries(host, names, others) {
  return { ...Object.fromEntries(names.map((name) => [name, `build/${host}/${name}.js`])), ...others };
}

/** The adapters of frameworks, each an entry. */
function adapters(host, names) {
  return Object.fromEntries(names.map((name) => [name, `build/${host}/middleware/${name}.js`]));
}

/** Where a module of the browser's build goes: entries and what is the browser's own to the top, what is inlined under `inlined`. */
function moduleName(name) {
  const path = name.replace(/^build\//, '').replace(/^browser\//, '').replace(/^core\/index$/, 'core');
  // No package publishes a folder of the name `node_modules`.
  return path.replace(/^.*node_modules\//, 'inlined/').replaceAll('node_modules/', '');
}

function matches(...patterns) {
  return (id) => patterns.some((pattern) => pattern.test(id));
}

/**
 * Hands on the compiler's source maps, so that ours lead to the TypeScript. The constants of an entry (`export const a = host.a`) are
 * marked as free of side effects, which bundlers do not believe of a property: else who imports one name gets what all of them need.
 */
function compiled() {
  return {
    name: 'compiled',
    load(id) {
      if (!id.startsWith(build) || !existsSync(`${id}.map`)) return null;
      const code = readFileSync(id, 'utf8');
      const pure = code.replace(/^((?:export )?const \w+ = )(?:\/\* @__PURE__ \*\/ )?(.*\w\.\w.*);$/gm, '$1/* @__PURE__ */ (() => $2)();');
      const isEntry = this.getModuleInfo(id).isEntry;
      return { code: isEntry ? pure : code, map: JSON.parse(readFileSync(`${id}.map`, 'utf8')) };
    },
  };
}

/**
 * Completes the declarations for consumers whose `lib` lacks what they name: disposables come by reference (without `preserve`
 * the compiler drops it), and what `standard.d.ts` gives the core is declared empty, which merges with a host's own.
 */
function globalTypes() {
  const standard = [...readFileSync('src/core/standard.d.ts', 'utf8').matchAll(/^interface (\w+)/gm)].map(([, name]) => name);
  return {
    name: 'global-types',
    renderChunk(code) {
      const names = standard.filter((name) => RegExp(`\\b${name}\\b`).test(code));
      const reference = /\b(Async)?Disposable\b/.test(code) ? '/// <reference lib="esnext.disposable" preserve="true" />\n' : '';
      const globals = names.length > 0 ? `\ndeclare global {\n${names.map((name) => `  interface ${name} {}\n`).join('')}}\n` : '';
      return { code: reference + code + globals, map: null };
    },
  };
}

/** What a page has besides its script: the document as it is, and its styles behind those of the charts. */
function pageFiles(folder) {
  return {
    name: 'page-files',
    generateBundle() {
      const styles = ['node_modules/uplot/dist/uPlot.min.css', `${folder}/dashboard.css`].map((file) => readFileSync(file, 'utf8'));
      this.emitFile({ type: 'asset', fileName: 'dashboard.css', source: styles.join('\n') });
      this.emitFile({ type: 'asset', fileName: 'index.html', source: readFileSync(`${folder}/index.html`) });
    },
  };
}

/** Writes the licences of the packages whose code really is in a bundle. Shared by the runs: each adds what it included. */
function collectLicences(file) {
  const packagesByText = new Map();
  return {
    name: 'licences',
    writeBundle(_options, bundle) {
      const ids = Object.values(bundle).flatMap(({ modules = {} }) => Object.keys(modules).filter((id) => modules[id].renderedLength > 0));
      const folders = new Set(ids.flatMap((id) => /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []));
      for (const folder of folders) {
        const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const found = readdirSync(folder).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
        if (found === undefined) this.error(`${name} has no licence text`);
        const text = readFileSync(join(folder, found), 'utf8').trim();
        packagesByText.set(text, (packagesByText.get(text) ?? new Set()).add(`${name} ${version} (${license})`));
      }
      const parts = [...packagesByText].map(([text, packages]) => `${[...packages].sort().join('\n')}\n\n${text}\n`).sort();
      writeFileSync(file, ['The bundles of @arkhe/observability contain code of these packages.\n', ...parts].join(`\n${'-'.repeat(80)}\n\n`));
    },
  };
}

/** Every warning fails the build, but for what other people's packages do inside themselves. */
function refuseWarnings(level, log, handle) {
  const ids = log.ids ?? [log.id ?? ''];
  const foreign = ['CIRCULAR_DEPENDENCY', 'THIS_IS_UNDEFINED'].includes(log.code) && ids.every((id) => id.includes('node_modules'));
  // An entry's declarations may take a type from an interface that is not public: its members are.
  const privateType = log.plugin === 'dts' && log.message.includes('private shared type exports');
  // The declarations of an entry that only does something.
  const nothingDeclared = log.code === 'EMPTY_BUNDLE' && String(log.names) === 'register';
  if (!foreign && !privateType && !nothingDeclared) handle(level === 'warn' ? 'error' : level, log);
}
