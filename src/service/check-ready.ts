import { ChurnError } from "../core/errors.js";
import { faultCode, messageOf } from "../core/fault.js";
import { isInterrupted } from "../core/interrupted.js";
import type { Store } from "../store/open-store.js";

/** Milliseconds that a check waits for a store which another process has. */
const PATIENCE = 2000;

/**
 * Looks whether the store can be worked with now, and makes nothing.
 *
 * @param options.mayBeMissing where the service makes the store with the first records that come in
 * @throws ChurnError STORE_BUSY naming the process that has it, NO_DATA when there is none, else what is wrong with it
 */
export async function checkReady(store: Store, { mayBeMissing }: { mayBeMissing: boolean }): Promise<void> {
  try {
    await store.lease((db) => db.run("SELECT 1"), { signal: AbortSignal.timeout(PATIENCE), onWait: () => {} });
  } catch (error) {
    if (mayBeMissing && faultCode(error) === "NO_DATA") return;
    if (!isInterrupted(error)) throw error;
    throw new ChurnError("STORE_BUSY", messageOf(error).replace("interrupted: ", ""), { cause: error });
  }
}
