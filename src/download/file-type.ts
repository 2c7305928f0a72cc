import { ChurnError } from "../core/errors.js";

/** What a file is, by the end of its name. */
export interface FileType {
  format: "csv" | "parquet";
  gzip: boolean;
  ending: ".csv" | ".csv.gz" | ".parquet";
}

const TYPES: readonly FileType[] = [
  { format: "csv", gzip: false, ending: ".csv" },
  { format: "csv", gzip: true, ending: ".csv.gz" },
  { format: "parquet", gzip: false, ending: ".parquet" },
];

/** The type of a file by its name, or undefined when it is none of ours. */
export function typeOfName(name: string): FileType | undefined {
  return TYPES.find(({ ending }) => name.toLowerCase().endsWith(ending));
}

/**
 * The type of a file by its name.
 *
 * @param hint what to do when the type is unknown
 * @throws ChurnError BAD_INPUT when the name ends in none of .csv, .csv.gz, .parquet
 */
export function fileType(name: string, hint: string): FileType {
  const type = typeOfName(name);
  if (!type)
    throw new ChurnError("BAD_INPUT", `unknown type of file: ${name} is not .csv, .csv.gz or .parquet`, { hint });
  return type;
}
