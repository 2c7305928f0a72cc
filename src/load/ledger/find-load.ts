import type { Database } from "../../store/database.js";
import type { DownloadedFile } from "../reading/downloaded-file.js";
import type { Piece } from "./load-result.js";

/** What the ledger has of a file, as it was read under the same options. */
export interface FoundLoad {
  /** Its batches: one for each piece. */
  batches: number[];
  /** Number of the line that it has come to; infinite when it has come to the end. */
  reached: number;
  replaced: boolean;
}

/** Asks the ledger how far a file is loaded; undefined when nothing of it is. */
export async function findLoad(
  db: Database,
  { sha256 }: Pick<DownloadedFile, "sha256">,
  optionsHash: string,
): Promise<FoundLoad | undefined> {
  const found = await db.rows<{ batch_id: number; notes: string }>(
    "SELECT batch_id, notes FROM batches WHERE kind = 'load' AND sha256 = $1 AND options_hash = $2 ORDER BY batch_id",
    [sha256, optionsHash],
  );
  const last = found.at(-1);
  if (!last) return undefined;
  const { piece } = JSON.parse(last.notes) as { piece?: Piece };
  return {
    batches: found.map(({ batch_id }) => batch_id),
    reached: piece && piece.to < piece.of ? piece.to : Number.POSITIVE_INFINITY,
    replaced: piece?.replaced ?? false,
  };
}
