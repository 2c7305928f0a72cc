import { closeSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { ChurnError } from "../core/errors.js";

/** What a file is, by the end of its name. */
export interface FileType {
  format: "csv" | "parquet";
  gzip: boolean;
  /** The end of its name, in small letters; empty where its content tells what it is. */
  ending: string;
}

const TEXT = /\.(csv|tsv|txt|dat)(\.gz)?$/i;
const PARQUET = /\.(parquet|pq)$/i;

/** The type of a file by its name, or undefined when it is none of ours. */
export function typeOfName(name: string): FileType | undefined {
  const text = TEXT.exec(name);
  if (text) return { format: "csv", gzip: text[2] !== undefined, ending: text[0].toLowerCase() };
  const parquet = PARQUET.exec(name);
  return parquet ? { format: "parquet", gzip: false, ending: parquet[0].toLowerCase() } : undefined;
}

/** Whether a name is that of any text: in a folder it may be a note beside the logs. */
export const isAnyText = (name: string): boolean => /\.(txt|dat)(\.gz)?$/i.test(name);

/** Whether a name is that of a part of a table as Spark and Hadoop write it, which does not say its type. */
export const isPart = (name: string): boolean => /^(part-[\w-]*\d|\d{6}_\d+)$/.test(name);

/** Names that say what a file is, and that it is not ours, with what makes it so. */
const OTHERS: readonly [name: RegExp, cure: string][] = [
  [/\.(zip|7z|rar|tar|tgz)(\.\w+)?$/i, "unpack it, and give the file that is in it"],
  [/\.zst$/i, "unpack it by zstd -d"],
  [/\.(bz2|xz|lz4)$/i, "unpack it, or pack it by gzip instead"],
  [/\.(xls|xlsx|xlsm|ods|numbers)$/i, "save the sheet as CSV in UTF-8"],
  [/\.(json|jsonl|ndjson|xml|avro|orc|feather|arrow)$/i, "convert it to CSV or Parquet"],
  [/\.(db|sqlite\d?|duckdb|mdb|accdb|sql|dump)$/i, "export the table as CSV or Parquet"],
];

/**
 * The type of a file by its name.
 *
 * @param hint what to do when the type is unknown
 * @throws ChurnError BAD_INPUT for a name that ends in none of the types
 */
export function fileType(name: string, hint: string): FileType {
  const type = typeOfName(name);
  if (type) return type;
  const cure = OTHERS.find(([other]) => other.test(name))?.[1];
  throw new ChurnError(
    "BAD_INPUT",
    `unknown type of file: ${name} is not .csv, .tsv, .txt, .dat (or these with .gz) or .parquet`,
    {
      hint: cure ?? hint,
    },
  );
}

/**
 * The type of a file on this machine: by its name, or by its content where the name says nothing, as that of `part-00000`.
 *
 * @throws ChurnError BAD_INPUT for a name that says another type; the error of the file system
 */
export function localFileType(path: string, hint: string): FileType {
  const name = basename(path);
  const silent = !/\.[a-z]\w{0,9}$/i.test(name) && !OTHERS.some(([other]) => other.test(name));
  if (typeOfName(name) || !silent) return fileType(name, hint);
  const start = Buffer.alloc(4);
  const file = openSync(path, "r");
  try {
    readSync(file, start, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  if (start.toString("latin1") === "PAR1") return { format: "parquet", gzip: false, ending: "" };
  if (start[0] === 0x1f && start[1] === 0x8b) {
    throw new ChurnError("BAD_INPUT", `${name} is packed by gzip, and its name does not say so`, {
      hint: `rename it to ${name}.csv.gz`,
    });
  }
  return { format: "csv", gzip: false, ending: "" };
}
