import type { StageContext } from "../core/progress.js";
import type { Store } from "../store/open-store.js";
import { describeLoad } from "./ledger/describe-load.js";
import type { LoadResult } from "./ledger/load-result.js";
import type { LoadSettings } from "./options.js";
import type { DownloadedFile } from "./reading/downloaded-file.js";
import { loadInto } from "./writing/load-into.js";

/** Loads one file; the pure part of `load`, which finds the file. */
export async function loadFile(
  store: Store,
  file: DownloadedFile,
  settings: LoadSettings,
  context: StageContext = {},
): Promise<LoadResult> {
  const onRows = (done: number) => context.onProgress?.({ task: "load", done, total: file.rows, unit: "rows" });
  return store.lease(
    async (db) => {
      const { batches, ...result } = await loadInto(db, file, settings, { inPieces: store.commitsInPieces, onRows });
      return describeLoad(db, batches, result);
    },
    { signal: context.signal, create: true },
  );
}
