#!/usr/bin/env node
// The command `arkhe-observability`.
import { commands } from './commands.ts';
import { hostOfProcess } from './host-of-process.ts';
import { runCommandLine } from './run-command-line.ts';

const { host, end } = hostOfProcess();
end(await runCommandLine(process.argv.slice(2), commands, host));
