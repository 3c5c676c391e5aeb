// What the threads and processes of the tests run: the SDK as applications get it, and what they measure.
export * from '../../../src/node/index.ts';
export * from './measured.ts';
