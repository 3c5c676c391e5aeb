import type { Command } from './command.ts';
import { dashboard } from './dashboard/dashboard.ts';
import { top } from './top/top.ts';

/** In the order the help names them. */
export const commands: readonly Command[] = [top, dashboard];
