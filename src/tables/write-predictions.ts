import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ChurnError } from "../core/errors.js";
import { makeFolder } from "../core/make-folder.js";
import { name, text } from "../store/database.js";
import { inMemory } from "../store/memory-database.js";

/** A column of an output. */
export interface OutputColumn {
  name: string;
  values: Float64Array | readonly (string | null)[];
}

/** Rows that are put together to one write. */
const BLOCK = 10_000;

/** Checks the name of an output before the work begins. @throws ChurnError BAD_USAGE */
export function checkOutput(path: string): "csv" | "parquet" {
  if (/\.parquet$/i.test(path)) return "parquet";
  if (/\.csv$/i.test(path)) return "csv";
  throw new ChurnError("BAD_USAGE", `output ${JSON.stringify(path)} is neither .csv nor .parquet`);
}

/** Writes columns as `.csv` or `.parquet`, beside and renamed. Numbers are written so that reading gives the same bits. */
export async function writePredictionFile(path: string, columns: readonly OutputColumn[]): Promise<void> {
  const format = checkOutput(path);
  const seen = new Set<string>();
  for (const { name } of columns) {
    // names in a Parquet file that differ in case only cannot be distinguished by SQL
    const key = format === "parquet" ? name.toLowerCase() : name;
    if (seen.has(key)) {
      throw new ChurnError("BAD_USAGE", `output would have two columns ${JSON.stringify(name)}`, {
        hint: "leave out that --id column, or rename it in the input",
      });
    }
    seen.add(key);
  }
  const target = resolve(path);
  await makeFolder(dirname(target));
  const beside = `${target}.${process.pid}.part`;
  try {
    if (format === "csv") await writeCsv(beside, columns);
    else await writeParquet(beside, columns);
    await rename(beside, target);
  } finally {
    await rm(beside, { force: true });
  }
}

async function writeCsv(path: string, columns: readonly OutputColumn[]): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.write(`${columns.map(({ name }) => quoted(name)).join(",")}\n`);
    const rows = columns[0]?.values.length ?? 0;
    for (let from = 0; from < rows; from += BLOCK) {
      const lines: string[] = [];
      for (let i = from; i < Math.min(rows, from + BLOCK); i++) {
        lines.push(columns.map(({ values }) => cell(values[i])).join(","));
      }
      await file.write(`${lines.join("\n")}\n`);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

const cell = (value: number | string | null) =>
  typeof value === "number" ? (Number.isNaN(value) ? "" : String(value)) : value === null ? "" : quoted(value);

const quoted = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

async function writeParquet(path: string, columns: readonly OutputColumn[]): Promise<void> {
  await inMemory(async (db) => {
    await db.createTemporary("output", Object.fromEntries(columns.map(({ values }, j) => [`c${j}`, values])));
    const named = columns.map((column, j) => `c${j} AS ${name(column.name)}`);
    await db.run(`COPY (SELECT ${named.join(", ")} FROM output) TO ${text(path)} (FORMAT parquet, COMPRESSION zstd)`);
  });
}
