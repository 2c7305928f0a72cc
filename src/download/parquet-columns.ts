import { open } from "node:fs/promises";
import { ChurnError } from "../core/errors.js";
import { firstLineOf } from "../core/fault.js";
import type { ManifestColumn } from "./csv-head.js";
import type { GuessedType } from "./guess-type.js";

/**
 * Rows and columns of a Parquet file, from its footer.
 *
 * @throws ChurnError BAD_INPUT when it is cut off, damaged, or no Parquet file
 */
export async function parquetColumns(
  path: string,
  shown: string,
): Promise<{ rows: number; columns: ManifestColumn[] }> {
  const [first, last] = await ends(path);
  if (first !== "PAR1" || last !== "PAR1") {
    const fault =
      first === "PAR1" ? "is cut off: a Parquet file ends in PAR1" : "is not a Parquet file, against its name";
    throw new ChurnError("BAD_INPUT", `${shown} ${fault}`, { hint: "fetch it again from where it comes" });
  }
  // DuckDB is large: it is loaded for the files that need it
  const { inMemory } = await import("../store/memory-database.js");
  const { parquetRows } = await import("../store/file-sql.js");
  try {
    return await inMemory(async (db) => {
      const described = await db.rows<{ column_name: string; column_type: string }>(
        `DESCRIBE SELECT * FROM ${parquetRows(path)}`,
      );
      const counted = await db.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${parquetRows(path)}`);
      const columns = described.map(({ column_name, column_type }) => ({
        name: column_name,
        type: typeOf(column_type),
      }));
      return { rows: counted?.rows ?? 0, columns };
    });
  } catch (cause) {
    throw new ChurnError("BAD_INPUT", `${shown} cannot be read as Parquet: ${firstLineOf(cause)}`, {
      cause,
      hint: "fetch it again from where it comes",
    });
  }
}

/** The first and the last four bytes. */
async function ends(path: string): Promise<[string, string]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const at = async (position: number) =>
      (await file.read(Buffer.alloc(4), 0, 4, Math.max(position, 0))).buffer.toString("latin1");
    return [await at(0), await at(size - 4)];
  } finally {
    await file.close();
  }
}

function typeOf(duckdb: string): GuessedType {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(duckdb)) return "integer";
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(duckdb)) return "number";
  if (duckdb.startsWith("TIMESTAMP")) return "timestamp";
  if (duckdb === "DATE") return "date";
  return duckdb === "BOOLEAN" ? "boolean" : "text";
}
