import type { Clock } from '../../core/clock.ts';
import { readProperty } from '../../core/read-property.ts';
import type { OpenRequest } from '../../core/requests/open-request.ts';
import { headerReader } from '../../core/requests/read-request.ts';
import { copyResponseBody } from './fetch-response-body.ts';
import type { ResponseBodyCopy } from './fetch-response-body.ts';
import { endAnswered } from './page-requests.ts';

/** Ends each `fetch` that was answered. No method throws. */
export interface AnsweredFetches {
  /** Now, before the application gets the response; where its body is logged, once that is there. */
  end(request: OpenRequest, response: unknown): void;
  /** Waits for no bodies any more. */
  close(): void;
}

/** How long a body that is to be logged may take after its headers, in milliseconds. */
const maxWait = 5_000;

export function createAnsweredFetches(clock: Clock): AnsweredFetches {
  /** Each ends a response that waits for its body, without it. */
  const waiting = new Set<() => void>();

  return {
    end(request, response) {
      const status = readProperty(Object(response), 'status');
      const header = headerReader(readProperty(Object(response), 'headers'));
      const copy = request.bodies === undefined || header === undefined ? undefined : copyResponseBody(response as Response, request.bodies, header);
      if (copy === undefined) endAnswered(request, status, header);
      else endWithBody(copy, (duration) => endAnswered(request, status, header, duration), request);
    },
    close() {
      for (const end of waiting) end();
    },
  };

  function endWithBody(copy: ResponseBodyCopy, answered: (duration: number) => void, request: OpenRequest): void {
    const duration = clock.elapsed() - request.facts.startedAt;
    const tooLong = clock.every(maxWait).subscribe(end);
    waiting.add(end);
    void copy.value.then((data) => {
      request.tell({ data });
      end();
    });
    function end(): void {
      if (!waiting.delete(end)) return;
      tooLong.unsubscribe();
      copy.stop();
      answered(duration);
    }
  }
}
