import type { Subscription } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { OpenRequest } from './open-request.ts';
import type { RequestPolicy } from './request-policy.ts';

export interface OpenRequestsSetup {
  readonly clock: Clock;
  /** In force now. */
  readonly policy: () => Pick<RequestPolicy, 'deadline' | 'maxOpen'>;
  /** Ends a request that will not be answered. Must not throw. */
  readonly abandon: (request: OpenRequest, why: string) => void;
  /** Says that there are too many. */
  readonly overflowed: (maxOpen: number) => void;
}

/** The requests that wait for their answer: bounded in number and in time. */
export interface OpenRequests extends Iterable<OpenRequest> {
  add(request: OpenRequest): void;
  delete(request: OpenRequest): void;
  /** Ends all of them, and waits for no others. */
  close(): void;
}

/** Longest a host's timer waits, in milliseconds. */
const LONGEST = 2_147_483_647;

/** How often a request is looked at within its deadline: whether it goes on is seen that much too late at most. Most are over before the first. */
const looks = 8;

/** The oldest stands first, so one timer is enough: for the next that may be over. */
export function createOpenRequests({ clock, policy, abandon, overflowed }: OpenRequestsSetup): OpenRequests {
  const open = new Set<OpenRequest>();
  let timer: Subscription | undefined;
  let isClosed = false;
  let dueAt = Number.POSITIVE_INFINITY;

  function arm(due: number): void {
    timer?.unsubscribe();
    dueAt = due;
    timer = clock.every(Math.min(LONGEST, Math.max(1, due - clock.elapsed()))).subscribe(sweep);
  }

  function disarm(): void {
    timer?.unsubscribe();
    timer = undefined;
    dueAt = Number.POSITIVE_INFINITY;
  }

  function sweep(): void {
    const { deadline } = policy();
    const step = deadline / looks;
    const now = clock.elapsed();
    let due = Number.POSITIVE_INFINITY;
    for (const request of open) {
      if (now - request.seenAt < step) {
        due = Math.min(due, request.seenAt + step);
        break;
      }
      const expiresAt = request.seenAt + deadline;
      if (request.hasGoneOn()) {
        // Back to the end: a stream of events may go on for days.
        request.seenAt = now;
        open.delete(request);
        open.add(request);
      } else if (expiresAt <= now) {
        open.delete(request);
        abandon(request, `no answer within ${deadline} ms`);
      } else due = Math.min(due, expiresAt, now + step);
    }
    if (due < Number.POSITIVE_INFINITY) arm(due);
    else disarm();
  }

  return {
    add(request) {
      if (isClosed) return;
      const { deadline, maxOpen } = policy();
      open.add(request);
      const due = request.seenAt + deadline / looks;
      if (due < dueAt) arm(due);
      if (open.size <= maxOpen) return;
      const [oldest = request] = open;
      open.delete(oldest);
      overflowed(maxOpen);
      abandon(oldest, `more than ${maxOpen} requests wait for their answers`);
    },
    delete: (request) => void open.delete(request),
    close() {
      isClosed = true;
      disarm();
      for (const request of [...open]) {
        open.delete(request);
        abandon(request, 'the end of the manager');
      }
    },
    [Symbol.iterator]: () => open.values(),
  };
}
