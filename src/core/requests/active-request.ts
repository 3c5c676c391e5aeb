import type { TraceContext } from '../signal.ts';

/** The request that code is part of, as far as everything that happens in it has to know. */
export interface ActiveRequest {
  readonly requestId: string;
  readonly trace?: TraceContext | undefined;
}
