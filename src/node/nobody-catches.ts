/** Whether the process, or the thread, ends by an exception that comes this far. A domain catches by the callback. */
export function nobodyCatches(): boolean {
  return process.listenerCount('uncaughtException') === 0 && !process.hasUncaughtExceptionCaptureCallback();
}
