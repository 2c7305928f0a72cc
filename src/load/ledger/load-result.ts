import type { LeftOut } from "../../download/many/left-out.js";
import type { TextEncoding } from "../../download/reader-options.js";
import type { CellOptions } from "../checking/cell-options.js";
import type { LoadSettings } from "../options.js";
import type { DownloadedFile } from "../reading/downloaded-file.js";
import type { RecordFile } from "../reading/record-file.js";
import type { KeptTotal, MeasureTotal } from "./measure-totals.js";

/** The lines of a file that one transaction of its load takes, by their numbers. */
export interface Piece {
  /** Number of the line before the first one. */
  after: number;
  /** Number of the last one, and of the last of the file. */
  to: number;
  of: number;
  /** True when the load began with emptying the tables. */
  replaced: boolean;
}

/** Which columns a file contained, as recorded in the ledger, in its spelling. */
export interface LoadNotes {
  /** Our columns that the file does not have: they stay empty, no zeros are invented. */
  absent: string[];
  /** Columns of the file that are not used. */
  unused: string[];
  encoding: TextEncoding;
  /** Events that were added to rows of the store, and rows of the store of which missing cells were filled. */
  added: number;
  filled: number;
  /** Size of the file. */
  bytes?: number;
  /** True when it took the place of an earlier state of the same source. */
  replaced_file: boolean;
  /** How the cells were read, for the stream of the days that were held back. */
  cells: CellOptions & { until: string | null } & Omit<RecordFile, "path">;
  /** How the file is written, in words, where that is not a comma, UTF-8, a header and a decimal point. */
  read_as: string[];
  /** What its rows have of each measure; those that were held back apart. */
  measures: KeptTotal[];
  /** Records and lines that came more than once, where there are any. */
  repeats?: { sent_before: number; without_id: number; equal_lines: number };
  /** Which lines the batch is of, where it is not the whole file. */
  piece?: Piece;
}

/** What a load did with each line of the file: lines = rows + rejected + merged + storedBefore + heldBack + blank. */
export interface LoadResult extends Omit<LoadNotes, "piece" | "replaced_file" | "read_as" | "repeats" | "measures"> {
  /** The batch of the ledger; the last one of a file that went in pieces. */
  batchId: number;
  file: string;
  /** True when this very file was loaded before with the same options, and nothing was done. */
  upToDate: boolean;
  /** How the file is written, in words, where that is not a comma, UTF-8, a header and a decimal point. */
  readAs: string[];
  lines: number;
  blank: number;
  rows: number;
  rejected: number;
  /** What there is to know of the rows of the store now: days that they do not cover. */
  notes: string[];
  /** True when it took the place of an earlier state of the same source. */
  replacedFile: boolean;
  /** Share of the rows that were set aside, 0 … 1. */
  rejectedShare: number;
  merged: number;
  /** Rows that the store holds already, cell by cell. */
  storedBefore: number;
  /** Records among them that had been sent before, as `record_id` tells. */
  sentBefore: number;
  /** Rows after `until`, left for the stream. */
  heldBack: number;
  /** The measures that came, in the order of the record: what all rows have of each. */
  measures: MeasureTotal[];
  /** Rows that `stream --origin resample` had made up, and that gave way to those of the file. */
  resampledRemoved: number;
  subscribers: number;
  firstDay: string | null;
  lastDay: string | null;
  /** Where the rows of some days were replaced; all else is then of the rows that came. */
  replacedDays?: ReplacedDays;
  /** Where the source is of many files; all else is then of those that this load brought, and of all of them where it brought none. */
  files?: FilesOfLoad;
  /** Files that were found beside them, and are no logs. */
  leftOut?: LeftOut[];
  rejects: { columnName: string | null; reason: string; rows: number; firstLine: number; example: string }[];
}

/** Days whose rows were replaced. */
export interface ReplacedDays {
  first: string;
  last: string;
  /** Rows of these days that the store had. */
  removed: number;
  /** Rows of the files that are of other days, and were left out. */
  outside: number;
  /** Days that have no rows now. */
  without: string[];
}

/** What became of the files of a source of many. */
export interface FilesOfLoad {
  count: number;
  /** Files that were loaded before, under whichever name. */
  known: number;
  /** Names of the files that this load brought, and of those that it brought with other bytes than before. */
  new: string[];
  changed: string[];
  /** Names of files that have the bytes of another one of the source: they count once. */
  same: string[];
  /** Names of files that were loaded and are not there any more; their rows stay. */
  gone: string[];
  /** Rows that this load brought, and those that it set aside. */
  rows: number;
  rejected: number;
  /** Rows that all files of the source brought, the known ones too. */
  allRows: number;
}

/** How the ledger names a file from one state of it to the next. */
export function ledgerSource(file: DownloadedFile, { source }: Pick<LoadSettings, "source">): string {
  return file.source ?? [source].flat().join(", ");
}
