import { ChurnError } from "../core/errors.js";

/** The error of work that was stopped by its signal. */
export function interrupted(what: string, cause?: unknown, hint?: string): ChurnError {
  return new ChurnError("INTERRUPTED", `interrupted: ${what}`, { cause, ...(hint ? { hint } : {}) });
}

/** @throws ChurnError INTERRUPTED when the signal says stop */
export function throwIfInterrupted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw interrupted(what, signal.reason);
}

export function isInterrupted(error: unknown): boolean {
  return error instanceof ChurnError && error.code === "INTERRUPTED";
}
