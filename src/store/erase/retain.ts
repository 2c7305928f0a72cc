import { dateOf, dayOf } from "../../core/days.js";
import { ChurnError } from "../../core/errors.js";
import type { StageContext } from "../../core/progress.js";
import { coverageOf } from "../coverage/coverage.js";
import type { Store } from "../open-store.js";
import { type ErasedResult, erase } from "./erase.js";
import { erasureBefore } from "./erasure.js";

/** What became of what was too old. */
export interface RetainResult extends ErasedResult {
  /** First day that stays, and last covered one, `YYYY-MM-DD`. */
  from: string;
  last: string;
}

/**
 * Keeps the last days of a log and takes out what is older: records, snapshots, the texts of rejects, leavings, attributes that were
 * no longer valid. Files stay known, so that loading them again brings nothing back.
 *
 * @param options.days how many, the last covered one among them
 * @throws ChurnError BAD_USAGE for less than a day; NO_DATA; ALREADY_RUNNING while a stream runs
 */
export async function retainDays(
  store: Store,
  { days, dataDir = "data", dryRun = false }: { days: number; dataDir?: string; dryRun?: boolean },
  context: StageContext = {},
): Promise<RetainResult> {
  if (!Number.isInteger(days) || days < 1) {
    throw new ChurnError("BAD_USAGE", `${days} is no number of days to keep`, { hint: "a whole number from 1" });
  }
  let span = { from: "", last: "" };
  const result = await erase(
    store,
    async (db) => {
      const last = (await coverageOf(db))?.last;
      if (!last) throw new ChurnError("NO_DATA", "no records are loaded", { hint: "churn load" });
      span = { from: dateOf(dayOf(last) - days + 1), last };
      return erasureBefore(db, span.from);
    },
    { dataDir, dryRun },
    context,
  );
  return {
    ...result,
    ...span,
    notes: [
      "predictions and campaign lists of older days stay: monitoring and results of campaigns compare with them",
      "snapshots that stay were made of the older days, too: run features again to make them of what is left",
      ...result.notes,
    ],
  };
}
