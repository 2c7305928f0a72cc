import { ChurnError } from "../../core/errors.js";
import { messageOf } from "../../core/fault.js";
import { interrupted, isInterrupted } from "../../core/interrupted.js";
import { keepPartial, writeNote } from "../partial-file.js";
import { gigabytes } from "../size-limit.js";
import { NoResponseError } from "./get.js";
import { ConnectionLost, ServerBusy } from "./remote.js";
import { statusError } from "./status-error.js";
import type { Transfer } from "./transfer.js";

/**
 * True for an error of a transfer after which the next try may do better: a lost connection, a busy server, no answer after
 * bytes had come.
 */
export function isTransient(error: unknown, { done }: Transfer): boolean {
  if (error instanceof ConnectionLost || error instanceof ServerBusy) return true;
  return error instanceof NoResponseError && (done > 0 || error.passing);
}

/** A failure after which the same command may continue. */
class GivenUp extends ChurnError {}

/**
 * The error of a transfer that was tried often enough; the next download may continue it.
 *
 * @param failures how many times in a row nothing new came, before this one
 */
export function retriesExhausted({ remote, done, version }: Transfer, failures: number, cause: unknown): ChurnError {
  const times = failures === 0 ? "" : `, ${failures + 1} times`;
  if (cause instanceof ServerBusy) {
    const { message, hint } = statusError(remote.shown, cause.status);
    const asks = cause.seconds === undefined ? "" : `; it asks to come back in ${Math.ceil(cause.seconds)} s`;
    return new GivenUp("DOWNLOAD_FAILED", `${message.split("\n")[0]}${times}${asks}`, { cause, hint: hint ?? "" });
  }
  if (cause instanceof NoResponseError) {
    return new GivenUp("DOWNLOAD_FAILED", `${cause.message.split("\n")[0]}${times}`, { cause, hint: cause.hint ?? "" });
  }
  const of = version?.size === undefined ? "" : ` of ${version.size}`;
  const why = messageOf(cause) === "the connection broke" ? "" : `: ${messageOf(cause)}`;
  return new GivenUp("DOWNLOAD_FAILED", `${remote.shown} broke off after ${done}${of} bytes${times}${why}`, {
    cause,
    hint: "try again later; if it stays, the file on the server is cut off",
  });
}

/**
 * Leaves the partial file for the next download where that is of use, and says so in the error.
 *
 * @returns the error to throw: another one with the hint, or the same
 */
export async function describeFailure(
  { remote, partial, file, done, version }: Transfer,
  error: unknown,
): Promise<unknown> {
  const stopped = isInterrupted(error);
  const mayResume = stopped || error instanceof GivenUp;
  if (!mayResume || done === 0 || !version || !remote.isPinned(version)) return error;
  await file.sync();
  await writeNote(partial, { server: remote.server, version, synced: true });
  await keepPartial(partial);
  const kept = `the first ${gigabytes(done)} are kept: the same command continues from there`;
  if (!(error instanceof GivenUp)) return interrupted(remote.shown, error, kept);
  const { code, message, hint } = error;
  return new ChurnError(code, message.split("\n")[0], { cause: error, hint: `${hint}; ${kept}` });
}
