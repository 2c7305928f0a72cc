import { furtherMeasures } from "../../store/log-columns.js";
import type { CellOptions } from "../checking/cell-options.js";
import type { CleanSummary } from "../checking/clean-rows.js";
import type { DownloadedFile } from "../reading/downloaded-file.js";
import type { LoadNotes } from "./load-result.js";

/** What the ledger keeps of how a file was read, beside its counts. */
export function ledgerNotes(
  { bytes, format, delimiter, encoding: letters, header, skip, partition }: DownloadedFile,
  options: CellOptions,
  until: string | null,
  { absent, unused, encoding, readAs: read_as, columns }: CleanSummary,
  more: Pick<LoadNotes, "added" | "filled" | "replaced_file" | "piece" | "measures" | "repeats">,
): LoadNotes {
  const text = { ...(letters && { encoding: letters }), ...(header === false && { header }), ...(skip && { skip }) };
  const further = furtherMeasures(columns);
  const cells = {
    ...options,
    ...(further.length ? { measures: further } : {}),
    ...{ until, format, delimiter, ...text, ...(partition ? { partition } : {}) },
  };
  return { absent, unused, encoding, read_as, cells, ...(bytes === undefined ? {} : { bytes }), ...more };
}
