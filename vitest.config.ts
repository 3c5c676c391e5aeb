import { fileURLToPath } from 'node:url';
import esbuild from 'rollup-plugin-esbuild';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** The contract suites name what they test by alias: here are the two entries that run in Node; Karma has the others. */
const node = { '#test': 'vitest', '#sdk': path('src/node/index.ts'), '#testing': path('src/node/testing.ts') };
const universal = { '#test': 'vitest', '#sdk': path('src/browser/universal.ts'), '#testing': path('src/browser/testing.ts') };

export default defineConfig({
  test: {
    projects: [
      project('node', node, ['test/{core,node,interop,legacy-decorators}/**/*.test.ts', 'test/contract/**/*.ts']),
      project('universal', universal, ['test/contract/**/*.ts']),
      project('package', node, ['test/package/**/*.test.ts'], { globalSetup: 'test/package/pack.ts', testTimeout: 60_000 }),
    ],
  },
});

function project(name: string, alias: Record<string, string>, include: string[], more = {}): TestProjectInlineConfiguration {
  return {
    // Vite's own transform leaves decorators as they are. This one reads the tsconfig next to each file, for the legacy kind too.
    oxc: false,
    plugins: [esbuild({ target: 'node20' })],
    resolve: { alias },
    test: {
      name,
      include,
      restoreMocks: true,
      setupFiles: 'test/helpers/fixed-seed.ts',
      // Its modules are written for bundlers: Node finds none of what they import.
      server: { deps: { inline: [/otlp-transformer\/build\/esm/] } },
      ...more,
    },
  };
}

function path(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
