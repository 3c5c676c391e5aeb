import { UsageError } from './command-errors.ts';
import type { CommandHost, CommandOption, OptionValues } from './command.ts';

/** The live stream a command reads. */
export interface Target {
  readonly url: URL;
  readonly token: string | undefined;
  /** For messages: without credentials and query. */
  readonly name: string;
}

const variable = 'OBSERVABILITY_LIVE_TOKEN';

/** The options of a command that reads a live stream. */
export const targetOptions: Readonly<Record<string, CommandOption>> = {
  url: { value: 'address', summary: 'where the service has mounted liveHandler, e.g. http://localhost:4319/' },
  token: { value: 'token', summary: `what the handler expects of clients; better in the variable ${variable}` },
};

/** What their help says of the token. */
export const tokenNote: string = `The token of a flag can be seen by everybody on this machine in the list of processes, and stays in the shell's history; the environment variable ${variable} cannot.`;

/**
 * Reads `--url` and the token.
 * @throws UsageError
 */
export function readTarget(values: OptionValues, host: CommandHost): Target {
  const text = values.text('url');
  if (text === undefined) throw new UsageError(`--url is missing: ${targetOptions['url']?.summary}`);
  const url = parse(text);
  if (url === undefined) throw new UsageError('--url expects an address that begins with http:// or https://');
  // They would be seen as a flag is, and no handler reads them.
  if (url.username !== '' || url.password !== '') throw new UsageError(`--url has credentials; give a token by ${variable} instead`);
  url.hash = '';
  const token = values.text('token') ?? host.environment[variable];
  if (token !== undefined && /[^\x21-\x7e]/.test(token)) throw new UsageError('the token has characters that no header can carry');
  return { url, token: token === '' ? undefined : token, name: `${url.origin}${url.pathname}` };
}

function parse(text: string): URL | undefined {
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
  } catch {
    return undefined;
  }
}
