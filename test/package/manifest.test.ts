import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/core/version.ts';
import { folder, installed, tarball } from './application.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

/** The official decoder, which tests alone use, is of an older release and brings its own. */
const isOfDecoder = (path: string): boolean => path.startsWith('node_modules/otlp-decoder/');

describe('the manifest', () => {
  it('has nothing publint objects to', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it('has types that are right in every mode', () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const { status, stdout } = spawnSync(process.execPath, [attw, tarball, '--profile', 'esm-only', '--no-color'], { encoding: 'utf8' });
    expect(status, stdout).toBe(0);
  });

  it('names the version the code tells', () => {
    expect(manifest.version).toBe(VERSION);
    expect(lock.version).toBe(VERSION);
  });

  it('installs nothing but peers, and runs nothing while it is installed', () => {
    expect(manifest.dependencies).toBeUndefined();
    expect(Object.keys(manifest.scripts)).toEqual(['build', 'test', 'demo', 'bench', 'interop:setup', 'test:interop']);
    expect(manifest.sideEffects).toEqual(['./dist/node/register.js', './dist/node/cli.js']);
  });

  it.each(['api', 'core', 'otlp-transformer', 'sdk-metrics', 'semantic-conventions'])('builds on one copy of @opentelemetry/%s', (name) => {
    const copies = Object.keys(lock.packages).filter((path) => path.endsWith(`node_modules/@opentelemetry/${name}`) && !isOfDecoder(path));
    expect(copies).toHaveLength(1);
  });
});

describe('the entry', () => {
  /** What a program that imports it under a condition gets, in a process of its own. */
  function namesUnder(specifier: string, ...conditions: readonly string[]): readonly string[] {
    const flags = conditions.map((condition) => `--conditions=${condition}`);
    const code = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(specifier)}))))`;
    return JSON.parse(execFileSync(process.execPath, [...flags, '--input-type=module', '-e', code], { cwd: folder, encoding: 'utf8' }));
  }

  // `node` is always active in Node, so the file of `default` is named.
  const universal = pathToFileURL(join(installed, manifest.exports['.'].default)).href;
  const names = namesUnder('@arkhe/observability');

  it.each([
    ['worker', namesUnder('@arkhe/observability', 'worker')],
    ['browser', namesUnder('@arkhe/observability', 'browser')],
    ['default', namesUnder(universal)],
  ])('has the same names for `%s` as for `node`, and loads without a document', (_, found) => {
    expect(found).toEqual(names);
  });

  it('has the names it declares', () => {
    expect([...names].sort()).toEqual(declaredValues('.'));
  });

  it.each([
    ['./node', 'incomingRequests'],
    ['./browser', 'documentLoads'],
  ])('%s has the names it declares: all of these, and its own', (subpath, own) => {
    const found = namesUnder(`@arkhe/observability${subpath.slice(1)}`);
    expect([...found].sort()).toEqual(declaredValues(subpath));
    expect(found).toEqual(expect.arrayContaining([...names, own]));
    expect(names).not.toContain(own);
  });

  it.each(['./express', './fastify', './koa', './hono'])('%s has the names it declares', (subpath) => {
    expect([...namesUnder(`@arkhe/observability${subpath.slice(1)}`)].sort()).toEqual(declaredValues(subpath));
  });

  it.each(['./core', './testing', './hono', './react', './vue', './angular'])('%s has the names it declares, for every host', (subpath) => {
    const specifier = `@arkhe/observability${subpath.slice(1)}`;
    const declared = declaredValues(subpath);
    expect(declared.length).toBeGreaterThan(0);
    for (const condition of ['worker', 'browser', 'node']) expect([...namesUnder(specifier, condition)].sort()).toEqual(declared);
  });

  it('shares its classes with `./core`', () => {
    const code = `
      import * as entry from '@arkhe/observability';
      import * as core from '@arkhe/observability/core';
      console.log(entry.ConfigurationError === core.ConfigurationError && entry.DeliveryError === core.DeliveryError);`;
    for (const condition of ['browser', 'node']) {
      const run = [`--conditions=${condition}`, '--input-type=module', '-e', code];
      expect(execFileSync(process.execPath, run, { cwd: folder, encoding: 'utf8' }).trim()).toBe('true');
    }
  });

  function declaredValues(subpath: string): readonly string[] {
    const file = join(installed, manifest.exports[subpath].types);
    const program = ts.createProgram([file], { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, types: [] });
    const checker = program.getTypeChecker();
    const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!);
    const isValue = (symbol: ts.Symbol): boolean => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return (target.flags & ts.SymbolFlags.Value) !== 0 && !symbol.declarations?.some(isTypeOnly);
    };
    return symbols.filter(isValue).map(({ name }) => name).sort();
  }

  function isTypeOnly(declaration: ts.Declaration): boolean {
    return ts.isExportSpecifier(declaration) && (declaration.isTypeOnly || declaration.parent.parent.isTypeOnly);
  }
});
