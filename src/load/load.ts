import { resolve } from "node:path";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { findManifest } from "../download/manifest.js";
import type { Store } from "../store/open-store.js";
import { loadFile } from "./load-file.js";
import type { LoadResult } from "./load-result.js";
import { type LoadOptions, loadOptions } from "./options.js";

/**
 * Loads a downloaded file of call records into `DP_CDR_Data`; bad rows are set aside in `rejects`, with file, line,
 * column, reason and raw text.
 *
 * The same file loaded twice changes nothing. One transaction a file, so a killed load leaves nothing behind; into MySQL one
 * transaction a piece, and the same command resumes after the last one.
 *
 * @param options what the config file names too; `docs/options.md` lists them
 * @param context `onProgress` hears how far it is, `signal` stops it
 * @returns what the file held: rows, rejects, days, subscribers
 * @throws ChurnError NOT_FOUND when the source was not downloaded; BAD_INPUT when columns are missing, or when most rows
 *   contradict what the store holds
 * @example
 * await download({ source: "calls.csv.gz" });
 * const { rows, rejected } = await load(store, { source: "calls.csv.gz", columns: { DP_MSISDN: "subscriber" } });
 */
export async function load(store: Store, options: LoadOptions = {}, context: StageContext = {}): Promise<LoadResult> {
  const settings = loadOptions.parse(options);
  const manifest = await findManifest(settings.source, settings.data_dir);
  if (!manifest) {
    throw new ChurnError("NOT_FOUND", `${settings.source} is not downloaded to ${settings.data_dir}`, {
      hint: `churn download --source ${settings.source}`,
    });
  }
  const file = { ...manifest, path: resolve(settings.data_dir, manifest.file), delimiter: manifest.delimiter ?? "," };
  return loadFile(store, file, settings, context);
}
