// A page made with React: a basket that fails as it is told to.
import { Component, createElement, useEffect, useLayoutEffect } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, hydrateRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { ErrorBoundary, reactErrorHandlers } from '../../../src/browser/frameworks/react.ts';
import type { CaughtError } from '../../../src/browser/frameworks/react.ts';

export { createElement, createRoot, ErrorBoundary, flushSync, hydrateRoot, reactErrorHandlers };
export { createObservability } from '../../../src/browser/index.ts';
export { hearErrors, observeErrors } from './observed-errors.ts';

export type Failure = 'render' | 'layout effect' | 'effect' | 'click' | 'rejection';

export interface BasketProps {
  readonly fails?: Failure | undefined;
  /** Default: a RangeError that names the way it fails. */
  readonly error?: unknown;
}

export function Basket(props: BasketProps): ReactElement {
  const { fails } = props;
  const error = 'error' in props ? props.error : new RangeError(`no price: ${fails}`);
  const failAt = (moment: Failure): void => {
    if (fails === moment) throw error;
  };
  failAt('render');
  useLayoutEffect(() => failAt('layout effect'), []);
  useEffect(() => {
    failAt('effect');
    if (fails === 'rejection') void Promise.reject(error);
  }, []);
  return createElement('button', { id: 'buy', onClick: () => failAt('click') }, 'Buy');
}

/** What is shown instead. */
export function Sorry({ error, eventId, reset }: CaughtError): ReactElement {
  return createElement('p', { role: 'alert' }, `${String(error)} ${eventId}`, createElement('button', { id: 'again', onClick: reset }, 'Again'));
}

/** A boundary that an application has of its own. */
export class OwnBoundary extends Component<{ readonly children?: ReactNode }, { readonly failed: boolean }> {
  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override state = { failed: false };

  override render(): ReactNode {
    return this.state.failed ? createElement('p', { role: 'alert' }, 'own') : this.props.children;
  }
}

export function rootElement(): HTMLElement {
  return document.getElementById('root')!;
}

/** The shop with a boundary around the basket, in a root that has nothing of ours. */
export function showBasket(props: BasketProps, options: Parameters<typeof createRoot>[1] = {}): Root {
  const root = createRoot(rootElement(), options);
  root.render(createElement(ErrorBoundary, { fallback: Sorry }, createElement(Basket, props)));
  return root;
}

/** The shop without any boundary. */
export function showUnguarded(props: BasketProps, options: Parameters<typeof createRoot>[1] = {}): Root {
  const root = createRoot(rootElement(), options);
  root.render(createElement(Basket, props));
  return root;
}
