import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { folder, installed, published } from './application.ts';

const scripts = ['dist/browser', 'dist/node'].flatMap((host) => published(host, '.js'));

describe('a browser file', () => {
  const modules = scripts.filter(({ file }) => file.startsWith('dist/browser') && !file.endsWith('.iife.min.js'));

  it.each(modules)('$file imports nothing of Node', ({ text }) => {
    const imports = importsOf(text).filter((specifier) => !specifier.startsWith('.'));
    expect(imports.filter((specifier) => specifier.startsWith('node:') || builtinModules.includes(specifier))).toEqual([]);
    expect(imports.every((specifier) => ['rxjs', '@opentelemetry/api', '@sentry/core', 'react', 'vue'].includes(specifier))).toBe(true);
  });

  it('of a script tag needs nothing else, and puts every name into one global', async () => {
    const { text } = published('dist/browser', '.iife.min.js')[0]!;
    const entry = await import(join(installed, 'dist/browser/index.js'));
    const global = new Function(`${text}; return arkheObservability`)();
    expect(Object.keys(global).sort()).toEqual(Object.keys(entry).sort());
  });
});

describe('a Node file', () => {
  it.each(scripts.filter(({ file }) => file.startsWith('dist/node')))('$file imports the peers and Node alone', ({ text }) => {
    const foreign = importsOf(text).filter((specifier) => !/^(\.|node:|@opentelemetry\/api$|@sentry\/core$|react$|vue$)/.test(specifier));
    expect(foreign.filter((specifier) => !builtinModules.includes(specifier))).toEqual([]);
  });
});

describe('the source map of', () => {
  it.each(scripts)('$file leads to the TypeScript, and to no absolute path', ({ file }) => {
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(installed, `${file}.map`), 'utf8')) as {
      readonly sources: readonly string[];
      readonly sourcesContent: readonly (string | null)[];
    };
    expect(sourcesContent).toHaveLength(sources.length);
    expect(sourcesContent.every((content) => typeof content === 'string' && content !== '')).toBe(true);
    expect(sources.filter((source) => /^(\/|file:|[a-z]:)/i.test(source) || source.includes('/build/core/'))).toEqual([]);
    for (const [index, source] of sources.entries()) {
      if (!source.includes('/src/') || source.includes('node_modules')) continue;
      expect(source).toMatch(/\.ts$/);
      const original = new URL(source, new URL(`file:///${file}`)).pathname;
      const written = readFileSync(join(import.meta.dirname, '../..', original), 'utf8');
      expect(sourcesContent[index] === written, `${original} is as it was built`).toBe(true);
    }
  });
});

describe('in an application a browser loads', () => {
  // What was measured, plus a tenth: to be raised knowingly.
  const budgets = [
    { what: 'everything', code: `export * from '@arkhe/observability'`, minified: 397_000, gzipped: 141_500 },
    { what: 'createObservability', code: `export { createObservability } from '@arkhe/observability'`, minified: 365_500, gzipped: 130_000 },
    { what: 'ofKind', code: `export { ofKind } from '@arkhe/observability'`, minified: 9_500, gzipped: 4_000 },
  ];

  it.each(budgets)('$what takes at most $minified bytes, $gzipped gzipped, RxJS included', async ({ what, code, minified, gzipped }) => {
    const bytes = await bundled(code);
    const gzip = gzipSync(bytes, { level: 9 }).length;
    console.log(`${what}: ${bytes.length} bytes, ${gzip} gzipped`);
    expect(bytes.length).toBeLessThanOrEqual(minified);
    expect(gzip).toBeLessThanOrEqual(gzipped);
  });

  it('an operator brings nothing of OpenTelemetry along', async () => {
    const text = new TextDecoder().decode(await bundled(`export { ofKind } from '@arkhe/observability'`));
    expect(/opentelemetry/i.exec(text)).toBeNull();
  });
});

async function bundled(contents: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // `module` is esbuild's default, which naming another one turns off; `es2015` is RxJS's smaller build.
    conditions: ['module', 'es2015'],
    external: ['@sentry/*'],
    legalComments: 'none',
    write: false,
  });
  return outputFiles[0]!.contents;
}

function importsOf(code: string): readonly string[] {
  return [...code.matchAll(/^(?:import|export)\b[^'"]*?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm)].map(([, fixed, dynamic]) => String(fixed ?? dynamic));
}
