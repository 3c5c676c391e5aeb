/** What the process tells who started it. */
export const exitCodes = {
  fine: 0,
  failed: 1,
  wrongUsage: 2,
  // 128 and the number of the signal, as shells count.
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;
