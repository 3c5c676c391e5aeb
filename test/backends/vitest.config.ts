import { fileURLToPath } from 'node:url';
import esbuild from 'rollup-plugin-esbuild';
import { defineConfig } from 'vitest/config';

/** `npm run test:interop`: not among the projects of `npm test`, which needs no backend. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  // Vite's own transform leaves decorators as they are.
  oxc: false,
  plugins: [esbuild({ target: 'node20' })],
  resolve: { alias: { '#sdk': fromRoot('src/node/index.ts'), '#testing': fromRoot('src/node/testing.ts') } },
  test: {
    name: 'interop',
    include: ['test/backends/**/*.test.ts'],
    testTimeout: 30_000,
    // A backend takes seconds to start, many on a busy machine.
    hookTimeout: 90_000,
    server: { deps: { inline: [/otlp-transformer\/build\/esm/] } },
  },
});

function fromRoot(file: string): string {
  return fileURLToPath(new URL(`../../${file}`, import.meta.url));
}
