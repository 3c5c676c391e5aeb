// `./react`, in pages and where they are rendered on a server: there it only renders.
import { Component } from 'react';
import type { ErrorInfo, ReactNode } from 'react';
import { frameworkErrors } from '../../core/errors/framework-errors.ts';
import type { FrameworkErrorsOptions } from '../../core/errors/framework-errors.ts';
import type { SeverityName } from '../../core/signal.ts';
import { reportUncaught } from './report-uncaught.ts';

export type { FrameworkErrorsOptions } from '../../core/errors/framework-errors.ts';

/** What a fallback is told. */
export interface CaughtError {
  /** What was thrown: mostly, but not always, an `Error`. */
  readonly error: unknown;
  /** 32 hexadecimal digits, to show to the user. `undefined` at first, for an instant, and where nobody observes. */
  readonly eventId: string | undefined;
  /** Renders the children again. */
  readonly reset: () => void;
}

/** What `onError` is told beside the error. */
export interface CaughtErrorInfo {
  /** The components around the one that threw, innermost first, a line each. */
  readonly componentStack: string;
  /** 32 hexadecimal digits. `undefined` where nobody observes. */
  readonly eventId: string | undefined;
}

export interface ErrorBoundaryProps extends FrameworkErrorsOptions {
  readonly children?: ReactNode;
  /** What is shown in place of the children after one of them threw. Default: nothing. */
  readonly fallback?: ReactNode | ((caught: CaughtError) => ReactNode);
  /** Called once an error was captured. What it throws goes to the boundary around this one. */
  readonly onError?: ((error: unknown, info: CaughtErrorInfo) => void) | undefined;
  /** When one of them changes, the children are rendered again. Default: none. */
  readonly resetKeys?: readonly unknown[] | undefined;
  /** Default 'error'. */
  readonly level?: SeverityName | undefined;
}

export interface ErrorBoundaryState {
  readonly caught: { readonly error: unknown; readonly eventId: string | undefined } | undefined;
}

/**
 * Captures what its children throw while they render or in their effects, and shows the fallback in their place. What event handlers,
 * timers and promises throw does not come to any boundary: the page's own source `uncaughtErrors` has it.
 */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { caught: { error, eventId: undefined } };
  }

  override state: ErrorBoundaryState = { caught: undefined };

  /** Renders the children again. */
  readonly reset = (): void => this.setState({ caught: undefined });

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    const { level, onError } = this.props;
    const context = contextOf(info);
    const eventId = frameworkErrors('react', this.props)(error, { handled: true, level, context });
    this.setState(({ caught }) => (caught?.error === error ? { caught: { error, eventId } } : null));
    onError?.(error, { componentStack: context.componentStack, eventId });
  }

  override componentDidUpdate(before: ErrorBoundaryProps, { caught }: ErrorBoundaryState): void {
    // Not in the update that failed: a key that changed in that one is part of what led to the error.
    const showed = caught !== undefined && this.state.caught !== undefined;
    if (showed && differ(before.resetKeys, this.props.resetKeys)) this.reset();
  }

  override render(): ReactNode {
    const { children, fallback } = this.props;
    const { caught } = this.state;
    if (caught === undefined) return children;
    return typeof fallback === 'function' ? fallback({ ...caught, reset: this.reset }) : fallback;
  }
}

/** As React has them, for errors of a whole root. */
export type ReactErrorHandler = (error: unknown, info: ReactErrorInfo) => void;

export interface ReactErrorInfo {
  readonly componentStack?: string | null | undefined;
  /** The boundary that caught it. */
  readonly errorBoundary?: unknown;
}

export interface ReactErrorHandlersOptions extends FrameworkErrorsOptions {
  /** What you do with an error that no boundary caught. Default: as React does, `reportError`. */
  readonly onUncaughtError?: ReactErrorHandler | undefined;
  /** What you do with an error that a boundary caught. Default: as React does, `console.error`. */
  readonly onCaughtError?: ReactErrorHandler | undefined;
  /** What you do with an error that React got over by itself, e.g. of hydration. Default: as React does, `reportError`. */
  readonly onRecoverableError?: ReactErrorHandler | undefined;
}

/** The options of a root of React that tell of errors. React 18 knows the last one only. */
export interface ReactErrorHandlers {
  readonly onUncaughtError: ReactErrorHandler;
  readonly onCaughtError: ReactErrorHandler;
  readonly onRecoverableError: ReactErrorHandler;
}

/**
 * Captures what React reports of a root, `createRoot(element, reactErrorHandlers())` or `hydrateRoot`: what no boundary caught, what
 * a boundary caught, also one that is not ours, and what React got over by itself, as a warning. Then the error goes on to your
 * handler, else as it would.
 */
export function reactErrorHandlers(options: ReactErrorHandlersOptions = {}): ReactErrorHandlers {
  const capture = frameworkErrors('react', options);
  const { onUncaughtError = reportUncaught, onCaughtError = printCaught, onRecoverableError = reportUncaught } = options;
  return {
    onUncaughtError(error, info) {
      capture(error, { handled: false, context: contextOf(info) });
      onUncaughtError(error, info);
    },
    onCaughtError(error, info) {
      // Our own boundary captures it right after this, with its tags and its level.
      if (!(info.errorBoundary instanceof ErrorBoundary)) capture(error, { handled: true, context: contextOf(info) });
      onCaughtError(error, info);
    },
    onRecoverableError(error, info) {
      capture(error, { handled: true, level: 'warn', context: contextOf(info) });
      onRecoverableError(error, info);
    },
  };
}

interface ReactErrorContext {
  /** The component that threw. */
  readonly component: string | undefined;
  readonly componentStack: string;
}

function contextOf({ componentStack }: ReactErrorInfo): ReactErrorContext {
  const stack = componentStack ?? '';
  // `    at Basket (https://...)`, or `Basket@https://...`.
  return { component: /^\s*(?:at )?([^\s@(]+)/.exec(stack)?.[1], componentStack: stack };
}

function printCaught(error: unknown, { componentStack }: ReactErrorInfo): void {
  console.error(error, componentStack ?? '');
}

function differ(before: readonly unknown[] = [], after: readonly unknown[] = []): boolean {
  return before.length !== after.length || before.some((key, index) => !Object.is(key, after[index]));
}
