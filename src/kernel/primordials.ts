/**
 * The kernel's own hold on what cells may replace: fake timers, a mocked clock, another Promise.
 *
 * A cell that does so is free to; the messages about it still have to go out.
 */
export const primordials = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setImmediate: globalThis.setImmediate,
  now: performance.now.bind(performance),
  Promise: globalThis.Promise,
  stringify: JSON.stringify,
  parse: JSON.parse,
  exit: process.exit.bind(process),
};

/** Waits at least this many milliseconds. */
export function sleep(milliseconds: number): Promise<void> {
  return new primordials.Promise((resolve) => primordials.setTimeout(resolve, milliseconds));
}

/** Waits until the event loop has gone round once. */
export function nextTurn(): Promise<void> {
  return new primordials.Promise((resolve) => primordials.setImmediate(resolve));
}
