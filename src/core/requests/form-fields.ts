import { percentDecoded } from '../propagation/percent-encoding.ts';
import { setField } from '../set-field.ts';

/** What a form in a URL's encoding says, by name; of a name that comes several times all values. */
export function formFields(text: string): Readonly<Record<string, unknown>> {
  const values = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decoded(at < 0 ? pair : pair.slice(0, at));
    const value = at < 0 ? '' : decoded(pair.slice(at + 1));
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  const fields: Record<string, unknown> = {};
  for (const [name, all] of values) setField(fields, name, all.length === 1 ? all[0] : all);
  return fields;
}

function decoded(text: string): string {
  return percentDecoded(text.replaceAll('+', ' '));
}
