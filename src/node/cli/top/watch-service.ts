import { Subscription } from 'rxjs';
import type { Health } from '../../../core/diagnostics.ts';
import type { LiveConnection } from '../../../core/live/live-connection.ts';
import type { Signal } from '../../../core/signal.ts';
import { adviceFor } from '../advice.ts';
import { CommandFailure } from '../command-errors.ts';
import type { CommandHost } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Target } from '../read-target.ts';
import type { TopOutput } from './top-output.ts';
import { emptyView, withFrame } from './top-view.ts';
import type { TopView } from './top-view.ts';

/** Milliseconds in which frames that were sent together have come. */
const GATHER = 50;

/** Makes the output, once it is known whom to tell that it is over. */
export type OutputFactory = (first: TopView, written: () => void, quit: () => void) => TopOutput;

export interface ServiceWatch {
  readonly connection: LiveConnection<Signal>;
  readonly target: Target;
  readonly host: CommandHost;
  /** One frame is enough, and a service that cannot be reached is not waited for. */
  readonly once: boolean;
  /** Milliseconds that one frame may take. */
  readonly patience: number;
  readonly output: OutputFactory;
}

/**
 * Shows what comes until somebody has seen enough: the result is the exit code.
 * Rejects with a `CommandFailure` when the service refuses.
 */
export function watchService({ connection, target, host, once, patience, output: createOutput }: ServiceWatch): Promise<number> {
  return new Promise((resolve, reject) => {
    let view = emptyView(target.name);
    let gathering: NodeJS.Timeout | undefined;
    const subscriptions = new Subscription();
    const output = createOutput(view, () => once && finish(exitCodes.fine), () => finish(exitCodes.fine));
    const waiting = once ? setTimeout(() => fail('sent no numbers in time'), patience) : undefined;
    const interrupt = (): void => finish(Number(host.ending.reason));

    function stop(): void {
      clearTimeout(gathering);
      clearTimeout(waiting);
      host.ending.removeEventListener('abort', interrupt);
      subscriptions.unsubscribe();
      output.close();
    }

    function finish(code: number): void {
      stop();
      resolve(code);
    }

    function fail(what: string): void {
      stop();
      reject(new CommandFailure(view.trouble === undefined ? `${target.name} ${what}` : withAdvice(view.trouble)));
    }

    /** With the frames that come together with this one. */
    function gather(): void {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        output.show(view, true);
      }, GATHER);
    }

    subscriptions.add(connection.health$.subscribe((trouble) => (view = { ...view, trouble: troubleOfConnection(trouble) ?? view.trouble })));
    subscriptions.add(
      connection.frames$.subscribe({
        next(frame) {
          view = withFrame(view, frame);
          if (frame.type === 'statistics') gather();
        },
        complete: () => fail('refused the connection'),
      }),
    );
    subscriptions.add(
      connection.state$.subscribe((state) => {
        view = { ...view, state };
        if (once && state === 'retrying') fail('cannot be reached');
        else output.show(view, false);
      }),
    );
    if (host.ending.aborted) interrupt();
    else host.ending.addEventListener('abort', interrupt);
  });
}

/** Why it was lost or refused; the server's own troubles come the same way. */
function troubleOfConnection(trouble: Health): string | undefined {
  if (trouble.type !== 'source-failed' || trouble.error.type !== 'LiveConnectionError') return undefined;
  return trouble.error.message;
}

/** A refusal says what was answered; whoever sees it wants to know what to do. */
function withAdvice(trouble: string): string {
  const status = Number(/ answered (\d{3})\b/.exec(trouble)?.[1] ?? 0);
  if (/ gave no answer /.test(trouble)) return `${trouble}; is the service running?`;
  return `${trouble}; ${adviceFor(status)}`;
}
