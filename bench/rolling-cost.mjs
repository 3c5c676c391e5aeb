// What rolling statistics over 1,000 names cost an event, in one process: contenders take turns, each with as many events. A tick a
// second is part of it. What it prints is read by rolling.mjs.
import { groupBy, map, mergeMap, scan, Subject } from 'rxjs';
import { rollingStatistics } from '../dist/node/index.js';
import { median } from './statistics.mjs';

const events = Number(process.env.EVENTS);
const rounds = Number(process.env.ROUNDS);
/** The compiler of the first seconds is no part of what an event costs, and a minute must be full. */
const warmUp = 70;

// First, as what the others leave behind would be counted as well.
const heapGrown = heapOfAMillionNames();
// Once for the compiler, whose code is no part of a window.
kilobytesOfASeries(2);
const kilobytes = kilobytesOfASeries(200);

const names = Array.from({ length: 1_000 }, (_, index) => `operation ${index}`);
const attributes = {};
// Durations over three decades, and names in no order, the same for both.
const calls = Array.from({ length: events }, (_, index) => ({
  kind: 'profile',
  name: names[Math.floor(chance(index) * names.length)],
  timestamp: 1_700_000_000_000 + index,
  attributes,
  duration: 10 ** (3 * chance(index + events)),
  failed: false,
  trace: undefined,
}));

const contenders = { ours: arkhe(), rxjs: grouped() };
const order = Object.keys(contenders);
const costs = { ours: [], rxjs: [] };
let series = 0;
for (let round = 0; round < warmUp + rounds; round += 1) {
  for (const name of order) {
    const before = process.cpuUsage();
    contenders[name].second();
    const { user, system } = process.cpuUsage(before);
    if (round >= warmUp) costs[name].push(((user + system) * 1_000) / events);
  }
  order.reverse();
}
series = contenders.ours.series();
console.log(JSON.stringify({ ours: median(costs.ours), rxjs: median(costs.rxjs), series, heap: heapGrown, kilobytes }));
process.exit();

/** A minute of percentiles, one map a tick. */
function arkhe() {
  const calls$ = new Subject();
  const ticks$ = new Subject();
  let latest;
  const clock = { now: () => 0, elapsed: () => performance.now(), every: () => ticks$ };
  calls$.pipe(rollingStatistics({ by: ({ name }) => name, value: ({ duration }) => duration, clock })).subscribe((map) => (latest = map));
  return {
    second: () => {
      for (const call of calls) calls$.next(call);
      ticks$.next();
    },
    series: () => latest.size,
  };
}

/** Those numbers of `Statistics` that fit in a step, since the start: no window, no deviation, no percentiles. */
function grouped() {
  const calls$ = new Subject();
  let latest;
  const none = { count: 0, errors: 0, total: 0, min: Infinity, max: -Infinity };
  const add = ({ count, errors, total, min, max }, { duration, failed }) => ({
    count: count + 1,
    errors: failed ? errors + 1 : errors,
    total: total + duration,
    min: Math.min(min, duration),
    max: Math.max(max, duration),
  });
  const numbers = (group$) => group$.pipe(scan(add, none), map((statistics) => [group$.key, statistics]));
  calls$.pipe(groupBy(({ name }) => name), mergeMap(numbers)).subscribe((entry) => (latest = entry));
  return {
    second: () => {
      for (const call of calls) calls$.next(call);
      return latest;
    },
  };
}

/** Megabytes that a window holds on to after as many distinct names, each of them a few times. */
function heapOfAMillionNames() {
  const calls$ = new Subject();
  const ticks$ = new Subject();
  const clock = { now: () => 0, elapsed: () => 0, every: () => ticks$ };
  const subscription = calls$.pipe(rollingStatistics({ by: ({ name }) => name, value: () => 1, clock })).subscribe();
  const before = heap();
  for (let index = 0; index < 1_000_000; index += 1) {
    calls$.next({ name: `${index} ${'x'.repeat(50)}` });
    if (index % 20_000 === 0) ticks$.next();
  }
  const megabytes = (heap() - before) / 2 ** 20;
  subscription.unsubscribe();
  return megabytes;
}

/** Of a minute in slices of a second of one busy series, durations over three decades. */
function kilobytesOfASeries(windows) {
  const calls$ = new Subject();
  const ticks$ = new Subject();
  const clock = { now: () => 0, elapsed: () => 0, every: () => ticks$ };
  const before = heap();
  const subscriptions = Array.from({ length: windows }, () => calls$.pipe(rollingStatistics({ by: () => 'busy', value: (value) => value, clock })).subscribe());
  for (let second = 0; second < 60; second += 1) {
    for (let index = 0; index < 2_000; index += 1) calls$.next(10 ** (3 * chance(second * 2_000 + index)));
    ticks$.next();
  }
  const bytes = (heap() - before) / windows;
  for (const subscription of subscriptions) subscription.unsubscribe();
  return bytes / 1_024;
}

function heap() {
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** A number from 0 to 1 that depends on the index only. */
function chance(index) {
  let bits = Math.imul(index + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
  return ((bits ^ (bits >>> 13)) >>> 0) / 2 ** 32;
}
