/** What Node does with an unhandled rejection. https://nodejs.org/api/cli.html#--unhandled-rejectionsmode */
export type RejectionMode = 'throw' | 'strict' | 'warn' | 'none' | 'warn-with-error-code';

const option = /(?:^|\s)--unhandled[-_]rejections(?:=|\s+)["']?(throw|strict|warn|none|warn-with-error-code)(?=$|["'\s])/g;

/** The mode this process, or thread, was started with: the last one counts, and the command line more than `NODE_OPTIONS`. */
export function rejectionMode(args: readonly string[] = process.execArgv, variable: string = process.env['NODE_OPTIONS'] ?? ''): RejectionMode {
  const [, mode] = [...`${variable} ${args.join(' ')}`.matchAll(option)].at(-1) ?? [];
  return (mode as RejectionMode | undefined) ?? 'throw';
}
