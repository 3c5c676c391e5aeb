// A page made with Angular, compiled in the page: a basket that fails as it is told to. Not TypeScript: what it is made of is not
// installed where the compiler looks.
import '@angular/compiler';
import { ApplicationRef, Component, effect, ErrorHandler, provideBrowserGlobalErrorListeners, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { ObservabilityErrorHandler } from '../../../src/browser/frameworks/angular.ts';

export { ErrorHandler, ObservabilityErrorHandler };
export { createObservability } from '../../../src/browser/index.ts';
export { hearErrors, observeErrors } from './observed-errors.ts';

/** Starts the shop. Without `provider`, the handler is provided as it is documented. */
export async function showBasket({ fails, error = new RangeError(`no price: ${fails}`), provider, listeners = true } = {}) {
  const failAt = (moment) => {
    if (fails === moment) throw error;
  };
  class Basket {
    clicks = signal(0);
    constructor() {
      failAt('constructor');
      effect(() => {
        this.clicks();
        failAt('effect');
      });
    }
    ngOnInit() {
      failAt('ngOnInit');
    }
    price() {
      failAt('template');
      return this.clicks();
    }
    buy() {
      this.clicks.update((clicks) => clicks + 1);
      failAt('click');
      if (fails === 'rejection') void Promise.reject(error);
      if (fails === 'timer') setTimeout(() => failAt('timer'));
    }
  }
  const BasketComponent = Component({ selector: 'shop-basket', template: '<button id="buy" (click)="buy()">Buy {{ price() }}</button>' })(Basket) ?? Basket;
  class Shop {
    shown = signal(false);
  }
  const ShopComponent =
    Component({ selector: '#root', imports: [BasketComponent], template: '<h1>Shop</h1> @if (shown()) { <shop-basket /> }' })(Shop) ?? Shop;
  const app = await bootstrapApplication(ShopComponent, {
    providers: [
      provideZonelessChangeDetection(),
      listeners ? provideBrowserGlobalErrorListeners() : [],
      provider ?? { provide: ErrorHandler, useClass: ObservabilityErrorHandler },
    ],
  });
  const [{ instance }] = app.injector.get(ApplicationRef).components;
  instance.shown.set(true);
  await app.whenStable();
  return app;
}
