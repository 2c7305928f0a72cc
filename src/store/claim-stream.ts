import { hostname } from "node:os";
import { ChurnError } from "../core/errors.js";
import { lockHolder, type ProcessLock, tryLock } from "../core/process-lock.js";

/**
 * Takes the right to stream into a store. To be called in a lease of the store, so that nobody else can call it.
 *
 * @throws ChurnError ALREADY_RUNNING naming the holder
 */
export function claimStream(path: string, what: string): ProcessLock {
  const lock = tryLock(path, what);
  if (lock) return lock;
  const holder = lockHolder(path);
  const where = holder && holder.host !== hostname() ? ` on ${holder.host}` : "";
  const who = holder ? `${holder.what} in process ${holder.pid}${where}, since ${holder.since}` : "it is just starting";
  throw new ChurnError("ALREADY_RUNNING", `a streaming process is already running: ${who}`, {
    hint: "stop it first, or wait until it ends",
  });
}
