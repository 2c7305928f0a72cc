import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { findManifest, type Manifest } from "../download/manifest.js";
import { isMany, sourceTexts } from "../download/many/find-logs.js";
import { inMemory } from "../store/memory-database.js";
import type { Store } from "../store/open-store.js";
import { setTitles } from "../store/set-titles.js";
import type { LoadResult } from "./ledger/load-result.js";
import { loadFile } from "./load-file.js";
import { fileOf, findFilesToLoad, notDownloaded } from "./many/find-files-to-load.js";
import { loadFiles } from "./many/load-files.js";
import { compileMeasures } from "./measures/compile-measures.js";
import { type LoadOptions, type LoadSettings, loadOptions } from "./options.js";
import {
  findSubscriberFiles,
  type LoadedSubscriberFiles,
  loadSubscriberFiles,
} from "./people/load-subscriber-files.js";
import { replaceDays } from "./replace-days.js";

/**
 * Loads a downloaded file of call records into `DP_CDR_Data`; bad rows are set aside in `rejects`, with file, line,
 * column, reason and raw text.
 *
 * Of a folder, a pattern or a list, what is new is taken; files on this machine need no download before. The same file loaded twice changes nothing. One transaction a file, so a killed load leaves nothing behind; into MySQL one
 * transaction a piece, and the same command resumes after the last one. The files that `attributes` and `churned` name are loaded after
 * it, each in a transaction of its own.
 *
 * @param options what the config file names too; `docs/options.md` lists them
 * @param context `onProgress` hears how far it is, `signal` stops it
 * @returns what the file held: rows, rejects, days, subscribers; and what the files beside it held
 * @throws ChurnError NOT_FOUND when the source was not downloaded; BAD_OPTION for a measure that cannot be computed; BAD_INPUT when columns are missing, or when most rows
 *   contradict what the store holds
 * @example
 * await download({ source: "calls.csv.gz" });
 * const { rows, rejected } = await load(store, { source: "calls.csv.gz", columns: { DP_MSISDN: "subscriber" } });
 */
export async function load(
  store: Store,
  options: LoadOptions = {},
  context: StageContext = {},
): Promise<LoadResult & LoadedSubscriberFiles> {
  const settings = loadOptions.parse(options);
  const { measures, grain } = settings;
  // before anything is read, or a store is made
  if (Object.keys(measures).length > 0) await inMemory((db) => compileMeasures(db, measures, grain));
  const files = await findSubscriberFiles(settings);
  const loaded = await loadRecords(store, settings, context);
  const { titles } = settings;
  if (Object.keys(titles).length) await store.lease((db) => setTitles(db, titles), { signal: context.signal });
  return { ...loaded, ...(await loadSubscriberFiles(store, files, settings, context)) };
}

async function loadRecords(store: Store, settings: LoadSettings, context: StageContext): Promise<LoadResult> {
  const { data_dir } = settings;
  const texts = sourceTexts(settings.source);
  if (await isMany(texts)) return loadMany(store, texts, settings, context);
  const manifest = await findManifest(texts[0], data_dir);
  if (!manifest) throw notDownloaded(texts, data_dir);
  refuseBytes(manifest, settings);
  const file = { ...fileOf(manifest, settings), source: texts[0] };
  if (settings.replace_days !== null) {
    const columns = manifest.columns.map(({ name }) => name);
    return replaceDays(store, [{ ...file, name: texts[0], columns }], settings, context);
  }
  return loadFile(store, file, settings, context);
}

/** Refuses to read a column of bytes of a table: it is not in the file. */
function refuseBytes({ read }: Manifest, { columns }: LoadSettings): void {
  const [our, theirs] = Object.entries(columns).find(([, column]) => read?.left_out.includes(column)) ?? [];
  if (theirs === undefined) return;
  throw new ChurnError(
    "BAD_OPTION",
    `option "load.columns.${our}" names ${theirs}, a column of bytes, which is not read`,
    { hint: `read a view that makes a text of it, by HEX(${theirs}) or BIN_TO_UUID(${theirs})` },
  );
}

async function loadMany(
  store: Store,
  texts: readonly string[],
  settings: LoadSettings,
  context: StageContext,
): Promise<LoadResult> {
  const { leftOut, ...found } = await findFilesToLoad(texts, settings, context);
  const result =
    settings.replace_days === null
      ? await loadFiles(store, found, settings, context)
      : await replaceDays(store, found.files, settings, context);
  return { ...result, leftOut };
}
