import { CommandFailure } from '../command-errors.ts';
import type { Command, CommandHost } from '../command.ts';
import { escapeControls } from '../escape-controls.ts';
import { readCount } from '../read-count.ts';
import { readTarget, targetOptions, tokenNote } from '../read-target.ts';
import { startDashboardServer } from './dashboard-server.ts';
import type { DashboardServer } from './dashboard-server.ts';
import { openBrowser } from './open-browser.ts';

/** The dashboard of a service that is elsewhere, or has no page of its own. */
export const dashboard: Command = {
  name: 'dashboard',
  summary: 'Serves the dashboard of a running service on this machine, for a browser.',
  usage: '--url <address> [options]',
  options: {
    ...targetOptions,
    port: { value: 'number', summary: 'where to listen (default: 0, any that is free)' },
    open: { summary: 'open the page in the browser' },
  },
  notes: [
    'Listens on 127.0.0.1, and answers only programs of this machine; they need no token. The token goes to the service and never to the page: the stream is passed on by this command.',
    tokenNote,
    'Ends on Ctrl-C, with 130. Ends with 1 when the port is taken, with 2 for wrong usage. A service that is away or refuses is said on stderr, and the page tries again.',
  ],
  async run(values, host) {
    const target = readTarget(values, host);
    const port = readCount(values, 'port', 0, 65_535) ?? 0;
    const note = (what: string): void => void host.stderr.write(`${escapeControls(what)}\n`);
    const server = await start(() => startDashboardServer({ target, port, note }), port);
    host.stdout.write(`Dashboard of ${target.name}: ${server.url}\n`);
    if (values.isOn('open')) openBrowser(server.url, (code) => note(`the browser could not be opened (${code}); open the address yourself`));
    const code = await ended(host);
    await server.close();
    return code;
  },
};

async function start(listen: () => Promise<DashboardServer>, port: number): Promise<DashboardServer> {
  try {
    return await listen();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'is taken' : code === 'EACCES' ? 'is not for this user' : `cannot be had (${code})`;
    throw new CommandFailure(`port ${port} ${why}; choose another with --port, or leave it out`);
  }
}

function ended({ ending }: CommandHost): Promise<number> {
  return new Promise((resolve) => {
    if (ending.aborted) resolve(Number(ending.reason));
    ending.addEventListener('abort', () => resolve(Number(ending.reason)), { once: true });
  });
}
