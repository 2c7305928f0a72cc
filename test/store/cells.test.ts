import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CDR_COLUMNS, type ColumnKind } from "../../src/cdr/columns.js";
import { dateOf, dayOf } from "../../src/core/days.js";
import { cleanRows } from "../../src/load/checking/clean-rows.js";
import { checkRecords } from "../../src/service/check-records.js";
import type { Database } from "../../src/store/database.js";
import { inMemory } from "../../src/store/memory-database.js";
import { typeRows } from "../../src/store/mysql/legacy-tables.js";
import { createTables } from "../../src/store/schema.js";
import { CELLS } from "./cells.js";

const COLUMNS: Record<ColumnKind, string> = {
  id: "DP_MSISDN",
  day: "DP_DATE",
  count: "DP_MOC_COUNT",
  amount: "DP_DATA_VOLUME",
  label: "PSEUDO_CHURNED",
};
const NAMES = Object.values(COLUMNS);
const all = (Object.keys(CELLS) as ColumnKind[]).flatMap((kind) =>
  CELLS[kind].map(([cell, verdict]) => ({ kind, cell, verdict })),
);
/** A good row with one cell in its place; each has a day of its own, so that no two are of one subscriber and day. */
const rows = all.map(({ kind, cell }, i) => {
  const good = { DP_MSISDN: `s${i}`, DP_DATE: dateOf(dayOf("2020-01-01") + i), DP_MOC_COUNT: "1", DP_DATA_VOLUME: "1" };
  return { ...good, PSEUDO_CHURNED: "0", [COLUMNS[kind]]: cell };
});
const shown = all.map(({ kind, cell, verdict }) => ({ kind, cell, verdict }));

/** What became of the cells, told as the table tells it. */
function told(values: Map<number, Record<string, unknown>>, rejects: Map<number, string>) {
  return all.map(({ kind, cell }, i) => {
    const reason = rejects.get(i);
    return { kind, cell, verdict: reason === undefined ? (values.get(i)?.[COLUMNS[kind]] ?? null) : { reason } };
  });
}

async function tableRows(db: Database, from: string, line: string, bad: string, first: number) {
  const typed = NAMES.map((name) => (name === "DP_DATE" ? "CAST(DP_DATE AS VARCHAR) AS DP_DATE" : name)).join(", ");
  const good = await db.rows(`SELECT ${line} AS line, ${typed} FROM ${from}`);
  const set = await db.rows<{ line: number; reason: string }>(`SELECT line, reason FROM ${bad}`);
  return told(
    new Map(good.map((row) => [Number(row.line) - first, row])),
    new Map(set.map(({ line: at, reason }) => [at - first, reason])),
  );
}

describe("the table of cells holds", () => {
  const quoted = (cell: string) => (cell.includes(",") ? `"${cell}"` : cell);
  const folder = mkdtempSync(join(tmpdir(), "cells-"));
  const text = (quote: (cell: string) => string, end: string) =>
    [NAMES.join(";"), ...rows.map((row) => NAMES.map((name) => quote(row[name as keyof typeof row])).join(";"))].join(
      end,
    );

  it.each([
    ["the quick way", (cell: string) => cell, "\n"],
    ["the way of quotes", (cell: string) => `"${cell}"`, "\r\n"],
  ])("for a load, %s", async (way, quote, end) => {
    const path = join(folder, `${way.replaceAll(" ", "-")}.csv`);
    writeFileSync(path, text(quote, end));
    await inMemory(async (db) => {
      const options = { columns: {}, grain: "day", empty_cells: "reject", date_format: null } as const;
      await cleanRows(db, { path, format: "csv", delimiter: ";" }, options);
      expect(await tableRows(db, "clean", "line", "bad", 2)).toEqual(shown);
    });
  });

  it("for records that are posted", () => {
    const today = dayOf(new Date().toISOString().slice(0, 10));
    const { columns, rejects } = checkRecords(rows, today, CDR_COLUMNS);
    const reasons = new Map(rejects.map(({ line, reason }) => [line - 1, reason]));
    const values = new Map<number, Record<string, unknown>>();
    let at = 0;
    for (const i of rows.keys()) {
      if (reasons.has(i)) continue;
      const value = (name: string) => {
        const cell = columns[name][at];
        if (name === "DP_DATE") return dateOf(cell as number);
        return typeof cell === "number" && Number.isNaN(cell) ? null : cell;
      };
      values.set(i, Object.fromEntries(NAMES.map((name) => [name, value(name)])));
      at++;
    }
    expect(told(values, reasons)).toEqual(shown);
  });

  it("for a database of texts that is migrated", async () => {
    const path = join(folder, "legacy.csv");
    writeFileSync(
      path,
      [
        NAMES.join(","),
        ...rows.map((row) => NAMES.map((name) => quoted(row[name as keyof typeof row])).join(",")),
      ].join("\n"),
    );
    await inMemory(async (db) => {
      await createTables(db);
      const from = `read_csv('${path}', all_varchar = true, nullstr = '\x01', quote = '"', header = true, delim = ',')`;
      const ours = CDR_COLUMNS.map(({ name }) => name).filter((name) => NAMES.includes(name));
      await typeRows(db, { table: "t", from, ours, content: "x" });
      expect(await tableRows(db, "DP_CDR_Data", "id", "rejects", 1)).toEqual(shown);
    });
  });

  it("of more than a hundred cells", () => {
    expect(all.length).toBeGreaterThan(120);
  });
});
