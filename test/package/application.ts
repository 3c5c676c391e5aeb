import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

const given = inject('application');
if ('trouble' in given) throw new Error(given.trouble);

/** A folder in which the packed package is installed. */
export const { folder, tarball } = given;
/** Where it is installed. */
export const installed: string = join(folder, 'node_modules/@arkhe/observability');

/** Files of the package, by the end of their name. */
export function published(under: string, ending: string): readonly { readonly file: string; readonly text: string }[] {
  const names = readdirSync(join(installed, under), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => ({ file: join(under, name), text: readFileSync(join(installed, under, name), 'utf8') }));
}
