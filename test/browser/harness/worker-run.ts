// Last in the worker's bundle, after the suites.
declare const mocha: { run(): void };
mocha.run();

export {};
