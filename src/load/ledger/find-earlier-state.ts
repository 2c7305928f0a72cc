import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { ChurnError } from "../../core/errors.js";
import type { Database } from "../../store/database.js";
import type { LoadSettings } from "../options.js";
import type { DownloadedFile } from "../reading/downloaded-file.js";
import { type LoadNotes, ledgerSource } from "./load-result.js";

/**
 * Finds the batches that a file takes the place of: those of an earlier state of the same source.
 *
 * Events add up, so a file that came again with other bytes must not be added to itself: a file that has only grown takes the
 * place of its earlier state by itself, any other does when `replace_file` says so.
 *
 * @throws ChurnError CONFLICT when a file of events came again with other content, and nothing says what that means
 */
export async function findEarlierState(
  db: Database,
  file: DownloadedFile,
  settings: Pick<LoadSettings, "source" | "grain" | "replace_file" | "record_id">,
): Promise<number[]> {
  const { grain, replace_file } = settings;
  const source = ledgerSource(file, settings);
  const found = await db.rows<{ batch_id: number; sha256: string; notes: string }>(
    "SELECT batch_id, sha256, notes FROM batches WHERE kind = 'load' AND source = $1 ORDER BY batch_id",
    [source],
  );
  const others = found.filter(({ sha256 }) => sha256 !== file.sha256);
  if (replace_file) return found.map(({ batch_id }) => batch_id);
  if (grain !== "event" || others.length === 0) return [];
  const last = others[others.length - 1];
  // a table of a database that was read on: its file has the rows of the one before, and others behind them
  if (file.read?.grown_from.includes(last.sha256)) return others.map(({ batch_id }) => batch_id);
  const { bytes } = JSON.parse(last.notes) as LoadNotes;
  if (bytes !== undefined && (await beginsWith(file, bytes, last.sha256))) {
    return others.map(({ batch_id }) => batch_id);
  }
  // records that are named count once, whatever is sent with them
  if (settings.record_id !== null) return [];
  throw new ChurnError(
    "CONFLICT",
    `${source}: this file was loaded before with other content, and its events would count twice`,
    {
      hint: "if it was corrected, --load.replace-file puts it in the place of the one before; if these are other events, give the file a name of its own",
    },
  );
}

/** Whether the first bytes of a file are a file of that hash, up to the end of a line; a packed file is read as it lies there. */
async function beginsWith({ path, bytes: size = 0 }: DownloadedFile, bytes: number, sha256: string): Promise<boolean> {
  if (bytes === 0 || size <= bytes) return false;
  const hash = createHash("sha256");
  let last = 0;
  for await (const block of createReadStream(path, { end: bytes - 1 }) as AsyncIterable<Buffer>) {
    hash.update(block);
    last = block[block.length - 1];
  }
  return last === 10 && hash.digest("hex") === sha256;
}
