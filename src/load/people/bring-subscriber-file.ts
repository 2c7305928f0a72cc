import { throwIfInterrupted } from "../../core/interrupted.js";
import type { StageContext } from "../../core/progress.js";
import type { Database } from "../../store/database.js";
import { keepSubscriberFile, knownSubscriberFile } from "../../store/subscriber-files.js";
import type { SubscriberFile } from "./subscriber-rows.js";

/** A file beside the log, and how it becomes tables. */
interface Bringing<Facts> {
  kind: "attributes" | "leavers";
  file: SubscriberFile;
  optionsHash: string;
  /** Reads it into the temporary table `people`. */
  read(): Promise<Facts>;
  /** Puts the rows of `people` in the place of what was there; called in a transaction. */
  replace(facts: Facts): Promise<unknown>;
}

/**
 * Reads a file beside the log and puts it in the place of what was there, whole, in one transaction; one that came with the same bytes and
 * options is known, and nothing is done.
 */
export async function bringSubscriberFile<Facts extends object>(
  db: Database,
  { kind, file, optionsHash, read, replace }: Bringing<Facts>,
  { onProgress, signal }: StageContext,
): Promise<{ facts: Facts; upToDate: boolean }> {
  const report = (done: number) => onProgress?.({ task: kind, done, total: 1, unit: "file" });
  const known = await knownSubscriberFile<Facts>(db, kind);
  const isKnown = known?.sha256 === file.sha256 && known.options_hash === optionsHash;
  report(0);
  if (isKnown) {
    report(1);
    return { facts: known.facts, upToDate: true };
  }
  const facts = await read();
  throwIfInterrupted(signal, kind);
  await db.transaction(async () => {
    await replace(facts);
    await keepSubscriberFile(db, kind, { ...file, file: file.path, options_hash: optionsHash, facts });
  });
  await db.run("DROP TABLE IF EXISTS temp.people");
  report(1);
  return { facts, upToDate: false };
}
