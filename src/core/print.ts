import type { SeverityName } from './signal.ts';

/** Writes to the host's own console. */
export interface Print {
  (text: string, level: SeverityName): void;
  /** Whether lines of every level go the same way, so that many may come at once, with line ends between them. Default false. */
  readonly together?: boolean;
}
