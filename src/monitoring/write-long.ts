import { rename, rm, writeFile } from "node:fs/promises";
import { text } from "../store/database.js";
import { inMemory } from "../store/memory-database.js";
import type { LongRow } from "./monitoring-result.js";

const LONG: Record<keyof LongRow & string, string> = {
  part: "VARCHAR",
  column: "VARCHAR",
  metric: "VARCHAR",
  chunk_key: "VARCHAR",
  chunk_index: "INTEGER",
  chunk_start_date: "VARCHAR",
  chunk_end_date: "VARCHAR",
  chunk_period: "VARCHAR",
  value: "DOUBLE",
  sampling_error: "DOUBLE",
  lower_confidence_boundary: "DOUBLE",
  upper_confidence_boundary: "DOUBLE",
  lower_threshold: "DOUBLE",
  upper_threshold: "DOUBLE",
  realized: "DOUBLE",
  alert: "BOOLEAN",
  n: "BIGINT",
  not_computed: "VARCHAR",
  note: "VARCHAR",
};

/** Writes measures in long form as Parquet. */
export async function writeLong(path: string, rows: readonly LongRow[]): Promise<string> {
  const lines = `${path}.${process.pid}.ndjson`;
  const columns = Object.entries(LONG).map(([name, type]) => `${text(name)}: ${text(type)}`);
  await writeFile(lines, rows.map((row) => JSON.stringify(row)).join("\n"));
  try {
    const source = `read_json(${text(lines)}, format = 'newline_delimited', columns = {${columns.join(", ")}})`;
    const partial = `${path}.${process.pid}.partial`;
    await inMemory((db) =>
      db.run(`COPY (SELECT * FROM ${source}) TO ${text(partial)} (FORMAT parquet, COMPRESSION zstd)`),
    );
    await rename(partial, path);
  } finally {
    await rm(lines, { force: true });
  }
  return path;
}
