// A page with a Sentry of its own, and ours.
export * as Sentry from '@sentry/browser';
export * as sdk from '../../../src/browser/index.ts';
export { changed, probeGlobals as probe } from './global-probe.ts';
