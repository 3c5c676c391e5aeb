// What is published can stand wherever the agreed API is asked for.
import * as published from '@arkhe/observability';
import type * as agreed from './agreed-api.d.ts';

export const check: typeof agreed = published;
