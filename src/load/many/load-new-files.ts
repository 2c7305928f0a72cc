import { sourceTexts } from "../../download/many/find-logs.js";
import type { PinContext } from "../../download/many/pin-files.js";
import type { Store } from "../../store/open-store.js";
import type { FilesOfLoad } from "../ledger/load-result.js";
import type { LoadSettings } from "../options.js";
import { findFilesToLoad } from "./find-files-to-load.js";
import { takeFiles } from "./load-files.js";

/** What whoever looks again and again knows of the looks before. */
interface LookContext extends PinContext {
  /** Files that were found in the store or brought to it. */
  seen: Set<string>;
  /** Whether a file was refused, and is what it was then. */
  isRefused(name: string): boolean;
}

/**
 * Loads what is new of a source of many files, for whoever looks again and again: a file that is not complete waits, and one that is
 * refused is told and keeps no other one back.
 *
 * @returns undefined where nothing is new; the store is not opened then
 * @throws ChurnError NOT_FOUND while there is no log
 */
export async function loadNewFiles(
  store: Store,
  settings: LoadSettings,
  { seen, isRefused, ...context }: LookContext,
): Promise<FilesOfLoad | undefined> {
  const { gone, ...found } = await findFilesToLoad(sourceTexts(settings.source), settings, context);
  const files = found.files.filter(({ name }) => !isRefused(name));
  const hashes = files.map(({ sha256, name }) => `${sha256} ${name}`);
  if (hashes.every((hash) => seen.has(hash))) return undefined;
  const told = await store.lease(
    async (db) => (await takeFiles(db, { files, gone }, settings, { inPieces: store.commitsInPieces, context })).told,
    { signal: context.signal, create: true },
  );
  for (const hash of hashes) seen.add(hash);
  return told;
}
