/** What the worker tells the page about its tests. */
export type WorkerMessage =
  | {
      readonly type: 'result';
      readonly path: readonly string[];
      readonly outcome: 'passed' | 'failed' | 'skipped';
      readonly error: { readonly message: string; readonly stack: string } | undefined;
    }
  | { readonly type: 'end' };
