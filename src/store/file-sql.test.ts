import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { csvRows, exactPath, parquetRows } from "./file-sql.js";
import { inMemory } from "./memory-database.js";

const OPTIONS = "auto_detect = false, header = true, columns = {'a': 'VARCHAR'}";
const read = (sql: string) => inMemory((db) => db.rows(`SELECT * FROM ${sql}`));

describe("a path is never a pattern", () => {
  const folder = mkdtempSync(join(tmpdir(), "exact-"));

  it.each(["log[1].csv", "log*.csv", "log?.csv", "x[1]/log*.csv", "back\\slash.csv", "{a,b}.csv"])(
    "%s is read, and no file beside it",
    async (name) => {
      mkdirSync(join(folder, "x[1]"), { recursive: true });
      mkdirSync(join(folder, "x1"), { recursive: true });
      for (const other of ["log1.csv", "logs.csv", "x1/log1.csv"]) writeFileSync(join(folder, other), "a\nother\n");
      writeFileSync(join(folder, name), "a\nmine\n");
      expect(await read(csvRows(join(folder, name), OPTIONS))).toEqual([{ a: "mine" }]);
    },
  );

  it("a folder that is named key=value adds no column", async () => {
    const path = join(folder, "year=2024[1]", "t.parquet");
    mkdirSync(join(folder, "year=2024[1]"));
    await inMemory((db) => db.run(`COPY (SELECT 1 AS a) TO '${path}' (FORMAT parquet)`));
    expect(await read(parquetRows(path))).toEqual([{ a: 1 }]);
  });

  it("a backslash beside a bracket is refused, since it cannot be written", () => {
    expect(() => exactPath("a\\b[1].csv")).toThrow(/backslash/);
  });
});
