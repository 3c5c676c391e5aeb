// `./vue`, in pages and where they are rendered on a server.
import type { App } from 'vue';
import { frameworkErrors } from '../../core/errors/framework-errors.ts';
import type { FrameworkErrorsOptions } from '../../core/errors/framework-errors.ts';
import { readProperty } from '../../core/read-property.ts';
import { reportUncaught } from './report-uncaught.ts';

export type { FrameworkErrorsOptions } from '../../core/errors/framework-errors.ts';

/** A plugin of Vue. */
export interface VueErrors {
  install(app: App): void;
}

/**
 * Captures what components, their event handlers, watchers and hooks throw, `app.use(vueErrors())`, with the component's name and
 * what it was doing: none of its data. Then the error goes on to the `app.config.errorHandler` that was there before, else to the
 * console as it would. An `errorHandler` that is set later takes its place: set yours first.
 */
export function vueErrors(options: FrameworkErrorsOptions = {}): VueErrors {
  const capture = frameworkErrors('vue', options);
  return {
    install({ config }) {
      const before = config.errorHandler;
      config.errorHandler = (error, instance, info) => {
        capture(error, { handled: false, context: { component: componentName(instance), info } });
        if (before != null) before(error, instance, info);
        else if (config.throwUnhandledErrorInProduction) reportUncaught(error);
        else console.error(error);
      };
    },
  };
}

/** `__name` is what the compiler makes of the file's name. */
function componentName(instance: object | null): string | undefined {
  const options = Object(instance === null ? undefined : readProperty(instance, '$options'));
  const name = readProperty(options, 'name') ?? readProperty(options, '__name');
  return typeof name === 'string' ? name : undefined;
}
