import { setTimeout as sleep } from "node:timers/promises";
import { ChurnError } from "./errors.js";

/**
 * The error of work that was stopped by its signal: INTERRUPTED.
 *
 * @param what the work, and how far it was
 * @param hint what is kept, and how to continue
 */
export function interrupted(what: string, cause?: unknown, hint?: string): ChurnError {
  return new ChurnError("INTERRUPTED", `interrupted: ${what}`, { cause, hint });
}

/**
 * @param what the work, and how far it is
 * @throws ChurnError INTERRUPTED when the signal says stop
 */
export function throwIfInterrupted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw interrupted(what, signal.reason);
}

/** True for the error of work that was stopped by its signal. */
export function isInterrupted(error: unknown): boolean {
  return error instanceof ChurnError && error.code === "INTERRUPTED";
}

/**
 * Waits, and stops at once by the signal.
 *
 * @param what the work that waits
 * @throws ChurnError INTERRUPTED
 */
export async function interruptibleSleep(
  milliseconds: number,
  signal: AbortSignal | undefined,
  what: string,
): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch((cause: unknown) => {
    throw interrupted(what, cause);
  });
}
