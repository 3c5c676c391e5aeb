import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The pinned versions, and what their downloads must be. */
export const versions = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8'));

/** Where the backends are kept: outside of the checkout, for every checkout of this user. */
export const cacheFolder =
  process.env.ARKHE_INTEROP_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'arkhe-observability', 'interop');

/** The backends, each with the folder it is in once it is complete, and the file in it that is run. */
export const backends = [
  { name: 'collector', title: 'OpenTelemetry Collector', file: 'collector', recipe: ['manifest.yaml', 'go.mod', 'go.sum'] },
  { name: 'jaeger', title: 'Jaeger', file: 'jaeger', recipe: [] },
  { name: 'zipkin', title: 'Zipkin', file: 'zipkin.jar', recipe: [] },
  // Its one test is skipped where it is missing: who has the others has all that `npm run test:interop` needs.
  { name: 'promtool', title: 'promtool', file: 'promtool', recipe: [], isOptional: true },
].map(({ name, title, file, recipe, isOptional = false }) => {
  const { version } = versions[name];
  // What is made in another way is another one, also of the same version.
  const digest = createHash('sha256').update(JSON.stringify(versions[name]));
  for (const part of recipe) digest.update(readFileSync(new URL(`${name}/${part}`, import.meta.url)));
  const folder = join(cacheFolder, `${name}-${version}-${digest.digest('hex').slice(0, 8)}`);
  return { name, title: `${title} ${version}`, folder, file: join(folder, file), isOptional };
});

/** @param {{ readonly file: string }} backend */
export function isThere({ file }) {
  return existsSync(file);
}

/**
 * The file that is run.
 * @param {'collector' | 'jaeger' | 'zipkin' | 'promtool'} name
 * @throws Error when it is not there, saying how it is had
 */
export function backendFile(name) {
  const backend = backends.find((known) => known.name === name);
  if (backend !== undefined && isThere(backend)) return backend.file;
  throw new Error(`${backend?.title ?? name} is not built: npm run interop:setup`);
}
