import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder with the packed package installed as an application would have it, or why there is none. */
    readonly application: { readonly folder: string; readonly tarball: string } | { readonly trouble: string };
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Once a run: packs the built package and installs it, without a registry, beside its peers and nothing else. */
export default function setup({ provide }: TestProject): (() => void) | undefined {
  if (!existsSync(join(root, 'dist/types/index.d.ts'))) {
    provide('application', { trouble: 'There is no complete dist/: run `npm run build` first.' });
    return undefined;
  }
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'observability-package-')));
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ filename }] = JSON.parse(packed) as [{ readonly filename: string }];
  const installed = join(folder, 'node_modules/@arkhe/observability');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, filename), '--strip-components=1', '-C', installed]);
  for (const peer of ['rxjs', '@opentelemetry/api', '@types/node', 'undici-types', 'fastify', 'hono', 'pino', 'react', '@types/react', 'csstype', 'vue', '@vue']) {
    mkdirSync(dirname(join(folder, 'node_modules', peer)), { recursive: true });
    symlinkSync(join(root, 'node_modules', peer), join(folder, 'node_modules', peer), 'junction');
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  cpSync(join(root, 'test/package/consumers'), join(folder, 'consumers'), { recursive: true });
  cpSync(join(root, 'test/package/agreed-api.d.ts'), join(folder, 'consumers/agreed-api.d.ts'));
  provide('application', { folder, tarball: join(folder, filename) });
  return () => rmSync(folder, { recursive: true, force: true });
}
