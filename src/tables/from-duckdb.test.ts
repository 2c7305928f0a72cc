import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { fromDuckDB } from "./from-duckdb.js";

it("takes a result of DuckDB as a matrix: numbers, days, truth values, texts and what is missing", async () => {
  const connection = await (await DuckDBInstance.create()).connect();
  const query = `SELECT i AS whole, i / 4 AS part, DATE '1970-01-01' + i::INTEGER AS day, i % 2 = 0 AS even,
    CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END AS text FROM range(5000) t(i) ORDER BY i`;
  for (const result of [await connection.run(query), await connection.stream(query)]) {
    const { names, columns } = await fromDuckDB(result);
    expect(names).toEqual(["whole", "part", "day", "even", "text"]);
    expect((columns[0] as Float64Array)[4999]).toBe(4999);
    expect((columns[1] as Float64Array)[3]).toBe(0.75);
    expect((columns[2] as Float64Array)[4000]).toBe(4000);
    expect(Array.from(columns[3] as Float64Array).slice(0, 3)).toEqual([1, 0, 1]);
    const text = columns[4] as { levels: string[]; codes: Int32Array };
    expect([text.levels, Array.from(text.codes.slice(0, 4))]).toEqual([
      ["a", "b"],
      [0, 1, -1, 0],
    ]);
  }
  connection.closeSync();
});
