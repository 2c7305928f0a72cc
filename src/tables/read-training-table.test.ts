import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CategoricalColumn } from "../forest/matrix/matrix.js";
import { inMemory } from "../store/memory-database.js";
import { readTrainingTable } from "./read-training-table.js";

it("keeps the order of the rows through many threads and reads", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "order-"));
  const rows = 300_000;
  const names = Array.from({ length: 20 }, (_, j) => `c${j}`);
  const lines = Array.from({ length: rows }, (_, i) => `${names.map((_, j) => i + j).join(",")},t${i % 7},${i % 2}`);
  writeFileSync(join(folder, "t.csv"), `${names.join(",")},kind,y\n${lines.join("\n")}\n`);
  await inMemory(async (db) => {
    await db.run(`COPY (FROM read_csv('${folder}/t.csv')) TO '${folder}/t.parquet' (FORMAT parquet)`);
  });
  for (const file of ["t.csv", "t.parquet"]) {
    const { x, label } = await readTrainingTable(join(folder, file), { label: "y", task: "classification" });
    const wrong = x.columns.slice(0, 20).map((column, j) => (column as Float64Array).findIndex((v, i) => v !== i + j));
    expect(wrong).toEqual(new Array(20).fill(-1));
    expect((x.columns[20] as CategoricalColumn).codes.findIndex((code, i) => code !== i % 7)).toBe(-1);
    expect(label.y.findIndex((value, i) => value !== i % 2)).toBe(-1);
  }
});
