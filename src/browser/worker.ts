// A web worker or service worker: standard globals are all it has, and it is never told that it will be stopped.
export * from './universal.ts';
