import { ChurnError } from "../core/errors.js";
import { text } from "./database.js";

/**
 * A path escaped for DuckDB, so that it means this one file: DuckDB takes `[`, `*` and `?` for a pattern.
 *
 * @throws ChurnError BAD_INPUT for a name with both a backslash and one of these: DuckDB knows no way to write it
 */
export function exactPath(path: string): string {
  if (!/[[*?]/.test(path)) return path;
  if (path.includes("\\")) {
    throw new ChurnError("BAD_INPUT", `${path} cannot be read: its name has a backslash beside one of [ * ?`, {
      hint: "rename it",
    });
  }
  return path.replace(/[[*?]/g, "[$&]");
}

/**
 * SQL for the rows of one CSV file, or of several in their order; folders named `key=value` add no columns. Compressed files are
 * recognized by `.gz`, in any capitals where all of them have it.
 */
export function csvRows(path: string | readonly string[], options: string): string {
  const [first, ...others] = [path].flat();
  const isPacked = (each: string) => /\.gz$/i.test(each);
  const isMixed = others.some((each) => isPacked(each) !== isPacked(first));
  const packing = isMixed ? "auto" : isPacked(first) ? "gzip" : "none";
  const list = [first, ...others].map((each) => text(exactPath(each))).join(", ");
  return `read_csv(${others.length ? `[${list}]` : list}, hive_partitioning = false, compression = '${packing}', ${options})`;
}

/**
 * SQL for the rows of one Parquet file, or of several of the same columns.
 *
 * @param rowNumbers adds the column `file_row_number`, from 0
 */
export function parquetRows(path: string | readonly string[], { rowNumbers = false } = {}): string {
  const list = [path].flat().map((each) => text(exactPath(each)));
  return `read_parquet(${list.length > 1 ? `[${list.join(", ")}]` : list[0]}, hive_partitioning = false${rowNumbers ? ", file_row_number = true" : ""})`;
}
