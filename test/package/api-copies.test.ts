import { cpSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installApplications, installPackage } from './installed-applications.ts';
import type { InstalledApplications } from './installed-applications.ts';

const applications = createRequire(fileURLToPath(new URL('../applications/package.json', import.meta.url)));

let installed: InstalledApplications;
beforeAll(() => void (installed = installApplications()), 60_000);
afterAll(() => installed?.dispose(), 60_000);

type Version = '1.9.1' | '1.10.0';

/** Where each version is installed. */
const sources: Readonly<Record<Version, string>> = { '1.9.1': folderOf('@opentelemetry/api'), '1.10.0': folderOf('newer-api') };

function folderOf(name: string): string {
  const file = realpathSync(applications.resolve(name));
  return file.slice(0, file.lastIndexOf(name) + name.length);
}

/** An application whose copies of OpenTelemetry's API are these: its own, which this package gets too, and that of a library. */
function applicationWith(own: Version, nested?: Version): string {
  const folder = mkdtempSync(join(installed.folder, 'copies-'));
  const copy = (version: Version, to: string): void => {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    cpSync(sources[version], join(folder, to), { recursive: true, filter: (file) => !/\.map$|\.d\.[cm]?ts$|\/build\/es/.test(file) });
  };
  copy(own, 'node_modules/@opentelemetry/api');
  installPackage(folder);
  const library = join(folder, 'node_modules/library');
  mkdirSync(library);
  writeFileSync(join(library, 'package.json'), JSON.stringify({ name: 'library', main: 'index.cjs' }));
  writeFileSync(join(library, 'index.cjs'), `exports.api = require('@opentelemetry/api');`);
  if (nested !== undefined) copy(nested, 'node_modules/library/node_modules/@opentelemetry/api');
  return folder;
}

let scripts = 0;

/** What `health$` says of OpenTelemetry, two and a half seconds after the start. */
async function saidIn(folder: string, script: string): Promise<readonly string[]> {
  const file = join(folder, `application-${(scripts += 1)}.mjs`);
  writeFileSync(file, `
    import { createObservability } from '@arkhe/observability';
    const start = (tracing) => createObservability({ sinks: [], sources: false, tracing }).health$.subscribe((trouble) => {
      if (trouble.name === 'open-telemetry') console.log(JSON.stringify(trouble.message));
    });
    ${script}
    setTimeout(() => undefined, 2_500);`);
  const { code, stdout, stderr } = await installed.run([file]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as string);
}

const useFirst = `const { api } = (await import('library')).default;`;
const useLater = `setTimeout(async () => (await import('library')).default, 50);`;

// They wait for most of their time.
describe.concurrent('two copies of @opentelemetry/api, really installed,', () => {
  it.each([
    ['1.9.1', '1.10.0'],
    ['1.10.0', '1.9.1'],
  ] as const)('of versions %s and %s are said once, with where they are', async (own, nested) => {
    const folder = applicationWith(own, nested);
    const scripts = [`${useFirst} start({ register: true });`, `start({ register: true }); ${useLater}`, `${useFirst} start({});`];
    const said = await Promise.all(scripts.map((script) => saidIn(folder, script)));
    const message =
      `2 copies of @opentelemetry/api: ${own} in ${join(folder, 'node_modules/@opentelemetry/api')}, ` +
      `${nested} in ${join(folder, 'node_modules/library/node_modules/@opentelemetry/api')}; ` +
      'spans and contexts of one may not reach the other, without an error. `npm ls @opentelemetry/api` shows who brings them, ' +
      '`npm dedupe` or `overrides` in package.json leaves one';
    expect(said).toEqual([[message], [message], [message]]);
  });

  it('are said when the other one has registered', async ({ expect }) => {
    const folder = applicationWith('1.9.1', '1.10.0');
    const script = `${useFirst} api.trace.setGlobalTracerProvider({ getTracer: () => undefined }); start({ register: true });`;
    const [said, ...more] = await saidIn(folder, script);
    expect(said).toContain('2 copies of @opentelemetry/api: 1.9.1 in ');
    // No advice about a provider that this copy cannot see.
    expect(more).toEqual([]);
  });

  it('of the same version are said, too', async () => {
    const [said, ...more] = await saidIn(applicationWith('1.9.1', '1.9.1'), `${useFirst} start({});`);
    expect(said).toMatch(/^2 copies of @opentelemetry\/api: 1\.9\.1 in .*, 1\.9\.1 in .*; they work together only as long as their versions are equal/);
    expect(more).toEqual([]);
  });

  it('are said before the application has loaded any, when its entry gets another than this package', async () => {
    const folder = applicationWith('1.9.1');
    mkdirSync(join(folder, 'service/node_modules/@opentelemetry'), { recursive: true });
    cpSync(sources['1.10.0'], join(folder, 'service/node_modules/@opentelemetry/api'), { recursive: true });
    expect(await saidIn(join(folder, 'service'), `start({ register: true });`)).toEqual([expect.stringMatching(/1\.9\.1 in .*, 1\.10\.0 in .*service/)]);
  });
});

describe.concurrent('one copy of @opentelemetry/api', () => {
  it.each(['1.9.1', '1.10.0'] as const)('of version %s, loaded as CommonJS and as ES module, is one', async (version) => {
    const folder = applicationWith(version);
    const script = `import * as module from '@opentelemetry/api'; ${useFirst} api.diag.setLogger({}); start({ register: true }); ${useLater}`;
    expect(await saidIn(folder, script)).toEqual([]);
  });
});
