import { chmod, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ChurnError } from "../core/errors.js";
import { makeFolder } from "../core/make-folder.js";
import { name, text } from "../store/database.js";
import { inMemory } from "../store/memory-database.js";
import { type SheetColumns, xlsxOf } from "./write-xlsx.js";

/** Rows of an Excel sheet at most, the header among them. */
const SHEET_ROWS = 1_048_576;

/** @throws ChurnError BAD_OPTION for a name that does not say how it is to be written */
export function checkListPath(option: string, path: string): void {
  if (/\.(csv|parquet|xlsx)$/i.test(path)) return;
  throw new ChurnError(
    "BAD_OPTION",
    `option "call_list.${option}" is not .csv, .xlsx or .parquet: ${JSON.stringify(path)}`,
    {
      hint: "the end of the name says how the list is written",
    },
  );
}

/**
 * Writes people into a file that its owner alone can read; beside its place, then renamed.
 *
 * @throws ChurnError BAD_INPUT for more rows than a sheet has
 */
export async function writeList(path: string, columns: SheetColumns): Promise<void> {
  await makeFolder(dirname(path));
  const beside = `${path}.${process.pid}.part`;
  try {
    const file = await open(beside, "w", 0o600);
    try {
      if (/\.xlsx$/i.test(path)) {
        const rows = Object.values(columns)[0]?.length ?? 0;
        if (rows >= SHEET_ROWS) {
          throw new ChurnError("BAD_INPUT", `${path}: a sheet has no room for ${rows.toLocaleString("en-US")} people`, {
            hint: "write .csv or .parquet, or fewer: --max-contacts",
          });
        }
        await file.writeFile(xlsxOf("call list", columns));
      }
    } finally {
      await file.close();
    }
    if (!/\.xlsx$/i.test(path)) {
      const format = /\.parquet$/i.test(path) ? "parquet, COMPRESSION zstd" : "csv, HEADER";
      await inMemory(async (db) => {
        await db.createTemporary("list", columns);
        const typed = Object.entries(columns).map(
          ([own, values]) => `CAST(${name(own)} AS ${typeOf(values)}) AS ${name(own)}`,
        );
        await db.run(`COPY (SELECT ${typed.join(", ")} FROM list) TO ${text(beside)} (FORMAT ${format})`);
      });
      await chmod(beside, 0o600);
    }
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

/** A column of texts may hold none at all; whole numbers are places and counts. */
function typeOf(values: ArrayLike<number> | readonly (string | null)[]): string {
  if (values instanceof Int32Array) return "INTEGER";
  return Array.isArray(values) ? "VARCHAR" : "DOUBLE";
}
