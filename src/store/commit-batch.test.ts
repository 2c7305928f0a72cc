import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { NewBatch } from "./new-batch.js";
import { openStore, type Store } from "./open-store.js";
import type { Columns } from "./read-columns.js";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "commit-"));
  store = openStore({ path: join(folder, "churn.duckdb") });
  await store.lease(async () => {}, { create: true });
});

const rows = (sql: string) => store.lease((db) => db.rows(sql));

/** Ten subscribers of one day. */
function batch(number: number, given: Partial<NewBatch> = {}, first = 0): NewBatch {
  const at = (value: (i: number) => number) => Float64Array.from({ length: 10 }, (_, i) => value(i + first));
  return {
    kind: "stream",
    name: "default",
    number,
    source: "test",
    content: "these rows",
    rows: {
      columns: {
        DP_DATE: new Int32Array(10).fill(19723 + number),
        DP_MSISDN: Array.from({ length: 10 }, (_, i) => `s${i + first}`),
        DP_MOC_COUNT: at((i) => (i === 3 ? Number.NaN : i)),
        DP_DATA_VOLUME: at((i) => i * 1.37),
        PSEUDO_CHURNED: at((i) => i % 2),
      },
    },
    ...given,
  };
}

describe("commitBatch", () => {
  it("writes rows, ledger row and daily summary together, and leaves what the batch has not empty", async () => {
    expect(await store.commitBatch(batch(0))).toEqual({
      batchId: 1,
      lines: 10,
      rows: 10,
      rejected: 0,
      merged: 0,
      storedBefore: 0,
      firstDay: "2024-01-01",
      lastDay: "2024-01-01",
      written: true,
    });
    await store.commitBatch(batch(1));
    expect(await rows("SELECT * FROM DP_CDR_Data WHERE id IN (4, 15) ORDER BY id")).toEqual([
      {
        id: 4,
        DP_DATE: "2024-01-01",
        DP_MSISDN: "s3",
        DP_MOC_COUNT: null,
        DP_MOC_DURATION: null,
        DP_MTC_COUNT: null,
        DP_MTC_DURATION: null,
        DP_MOSMS_COUNT: null,
        DP_MTSMS_COUNT: null,
        DP_DATA_COUNT: null,
        DP_DATA_VOLUME: 3 * 1.37,
        PSEUDO_CHURNED: 1,
        batch_id: 1,
      },
      expect.objectContaining({ id: 15, DP_DATE: "2024-01-02", DP_MSISDN: "s4", DP_MOC_COUNT: 4, batch_id: 2 }),
    ]);
    expect(await rows(`SELECT * FROM DailySummary ORDER BY "Date"`)).toMatchObject([
      { Date: "2024-01-01", Total_Outgoing_Calls: 42, Total_Outgoing_Call_Time: null, Total_Data_Purchases: null },
      { Date: "2024-01-02", Total_Outgoing_Calls: 42 },
    ]);
  });

  it("does not write a batch again whose key is in the ledger, and says so", async () => {
    const first = await store.commitBatch(batch(0));
    expect(await store.commitBatch(batch(0))).toEqual({ ...first, written: false });
    expect(await rows("SELECT count(*) AS n FROM DP_CDR_Data")).toEqual([{ n: 10 }]);
    expect(await rows("SELECT Total_Outgoing_Calls AS n FROM DailySummary")).toEqual([{ n: 42 }]);
    await expect(store.commitBatch(batch(0, { content: "others" }))).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("leaves rows out that are there, and sets those aside that contradict or repeat", async () => {
    await store.commitBatch(batch(0));
    const other = batch(1, {}, 5);
    const { columns } = other.rows as { columns: Columns };
    (columns.DP_DATE as Int32Array).fill(19723);
    (columns.DP_MOC_COUNT as Float64Array)[0] = 99;
    (columns.DP_MSISDN as string[])[9] = "s13";
    const refused = { line: 2, columnName: "DP_DATE", reason: "not a date", raw: "x" };
    expect(await store.commitBatch({ ...other, rejects: [refused] })).toMatchObject({
      lines: 11,
      rows: 4,
      rejected: 3,
      storedBefore: 4,
    });
    expect(await rows("SELECT line, column_name, reason FROM rejects ORDER BY line")).toEqual([
      { line: 1, column_name: null, reason: "contradicts the row of this subscriber and day from batch 1" },
      { line: 2, column_name: "DP_DATE", reason: "not a date" },
      { line: 11, column_name: "DP_DATE", reason: "a second row of this subscriber and day, after line 10" },
    ]);
    expect(
      await rows(`SELECT Total_Outgoing_Calls = (SELECT sum(DP_MOC_COUNT) FROM DP_CDR_Data) AS same FROM DailySummary`),
    ).toEqual([{ same: true }]);
  });

  it("takes rows from a part of a Parquet file, in its order", async () => {
    const parquet = join(folder, "rows.parquet");
    await store.lease((db) =>
      db.run(`COPY (SELECT 's' || i AS DP_MSISDN, DATE '2024-01-01' AS DP_DATE, i AS DP_MOC_COUNT, CAST(NULL AS TINYINT) AS PSEUDO_CHURNED
        FROM range(5000) t(i)) TO '${parquet}' (FORMAT parquet)`),
    );
    const result = await store.commitBatch(batch(0, { rows: { parquet, from: 100, count: 3000 } }));
    expect(result).toMatchObject({ rows: 3000 });
    expect(
      await rows("SELECT min(DP_MOC_COUNT) AS a, max(DP_MOC_COUNT) AS b, count(PSEUDO_CHURNED) AS l FROM DP_CDR_Data"),
    ).toEqual([{ a: 100, b: 3099, l: 0 }]);
  });

  it("fills labels in that came later, in the same transaction", async () => {
    await store.commitBatch(batch(0));
    const labels = { subscriber: ["s0", "s1"], day: Int32Array.of(19723, 19723), label: Float64Array.of(1, 0) };
    await store.commitBatch(batch(1, { labels }));
    expect(
      await rows(
        "SELECT PSEUDO_CHURNED AS label FROM DP_CDR_Data WHERE DP_DATE = DATE '2024-01-01' ORDER BY id LIMIT 3",
      ),
    ).toEqual([{ label: 1 }, { label: 0 }, { label: 0 }]);
  });

  it("keeps nothing of a batch that cannot be written whole", async () => {
    const bad = batch(0);
    (bad.rows as { columns: Record<string, unknown> }).columns.DP_MSISDN = Array.from({ length: 10 }, (_, i) =>
      i === 9 ? null : `s${i}`,
    );
    await expect(store.commitBatch(bad)).rejects.toThrow();
    expect(await rows("SELECT (SELECT count(*) FROM batches) + (SELECT count(*) FROM DailySummary) AS n")).toEqual([
      { n: 0 },
    ]);
    expect(await store.commitBatch(batch(0))).toMatchObject({ batchId: 1, written: true });
  });

  it("gives every batch its own numbers when many come at once", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.commitBatch(batch(i))));
    expect(
      await rows("SELECT count(DISTINCT id) AS ids, count(DISTINCT batch_id) AS batches FROM DP_CDR_Data"),
    ).toEqual([{ ids: 200, batches: 20 }]);
  });
});
