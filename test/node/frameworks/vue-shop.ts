// A page made with Vue: a basket that fails as it is told to.
import { createApp, defineComponent, h, nextTick, onErrorCaptured, onMounted, ref, watch } from 'vue';
import type { App } from 'vue';
import { vueErrors } from '../../../src/browser/frameworks/vue.ts';

export { vueErrors };
export { createObservability } from '../../../src/browser/index.ts';
export { hearErrors, observeErrors } from './observed-errors.ts';

export type Failure = 'render' | 'setup' | 'mounted' | 'click' | 'async click' | 'watcher' | 'timer';

export interface BasketProps {
  readonly fails?: Failure | undefined;
  /** Default: a RangeError that names the way it fails. */
  readonly error?: unknown;
  readonly card?: string;
  /** What a component around it does with its errors: true hides them from the application. */
  readonly guarded?: boolean;
}

const Basket = defineComponent({
  name: 'Basket',
  props: ['fails', 'error', 'card'],
  setup(given) {
    const { fails, error = new RangeError(`no price: ${fails}`) }: BasketProps = given;
    const failAt = (moment: Failure): void => {
      if (fails === moment) throw error;
    };
    const clicks = ref(0);
    failAt('setup');
    onMounted(() => {
      failAt('mounted');
      if (fails === 'timer') setTimeout(() => failAt('timer'));
    });
    watch(clicks, () => failAt('watcher'));
    const buy = (): Promise<void> | undefined => {
      clicks.value += 1;
      failAt('click');
      return fails === 'async click' ? Promise.reject(error) : undefined;
    };
    return () => {
      failAt('render');
      return h('button', { id: 'buy', onClick: buy }, 'Buy');
    };
  },
});

/** What the application around it is: two other components. */
export function createShop(props: BasketProps = {}): App {
  const Page = defineComponent({
    name: 'Page',
    setup() {
      onErrorCaptured(() => (props.guarded === true ? false : undefined));
      return () => h('main', [h('h1', 'Shop'), h(Basket, { ...props })]);
    },
  });
  return createApp({ name: 'Shop', render: () => h(Page) });
}

/** With the plugin, in the page. */
export async function showBasket(props: BasketProps): Promise<App> {
  const app = createShop(props).use(vueErrors());
  app.mount('#root');
  await nextTick();
  return app;
}
