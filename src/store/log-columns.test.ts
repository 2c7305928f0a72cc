import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { CDR_COLUMNS } from "../cdr/columns.js";
import { type LogMeasure, logColumns, setMeasures } from "./log-columns.js";
import { openStore, type Store } from "./open-store.js";
import { emptyTables } from "./schema.js";

const SPEND: LogMeasure = {
  ...{ name: "spend", kind: "amount", title: "spend", unit: "GBP", negative: true },
  ...{ sql: "sum(quantity * price)", reads: { quantity: "number", price: "number" } },
};
const LONGEST: LogMeasure = { name: "order", kind: "count", title: "longest order", combine: "max" };

let store: Store;
beforeEach(async () => {
  store = openStore({ path: join(mkdtempSync(join(tmpdir(), "measures-")), "churn.duckdb") });
  await store.lease(async () => {}, { create: true });
});

const set = (measures: LogMeasure[]) => store.lease((db) => db.transaction(() => setMeasures(db, measures)));

describe("the columns of a record", () => {
  it("are those of a call record at first, and further ones after them as they come", async () => {
    expect(await store.lease(logColumns)).toEqual(CDR_COLUMNS);
    await set([SPEND]);
    await set([LONGEST, SPEND]);
    const columns = await store.lease(logColumns);
    expect(columns).toEqual([...CDR_COLUMNS.slice(0, -1), SPEND, LONGEST, ...CDR_COLUMNS.slice(-1)]);
    const types = await store.lease((db) => db.rows(`SELECT "order", spend FROM DP_CDR_Data`));
    expect(types).toEqual([]);
  });

  it("keep their place when they are said again in another way, and their name in any case", async () => {
    await set([SPEND]);
    await set([{ ...SPEND, name: "SPEND", title: "revenue" }]);
    const columns = await store.lease(logColumns);
    expect(columns.find(({ name }) => name === "spend")).toEqual({ ...SPEND, title: "revenue" });
    expect(columns).toHaveLength(CDR_COLUMNS.length + 1);
  });

  it("are not made another kind, nor put together in another way", async () => {
    await set([SPEND]);
    await expect(set([{ ...SPEND, kind: "count" }])).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(set([{ ...SPEND, combine: "max" }])).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining('measure spend is kept as "add" in this store, and would be "max"'),
    });
  });

  it("are those of a call record again in a store that is emptied", async () => {
    await set([SPEND]);
    await store.lease((db) => db.transaction(() => emptyTables(db)));
    expect(await store.lease(logColumns)).toEqual(CDR_COLUMNS);
    await set([LONGEST]);
    expect((await store.lease(logColumns)).map(({ name }) => name)).not.toContain("spend");
  });
});

it("puts the batches of a subscriber-day together as each measure says", async () => {
  await set([SPEND, LONGEST, { name: "first", kind: "amount", title: "first", combine: "min" }]);
  const columns = (spend: number, order: number, first: number) => ({
    ...{ DP_DATE: Int32Array.of(19723), DP_MSISDN: ["a"] },
    ...{ spend: Float64Array.of(spend), order: Float64Array.of(order), first: Float64Array.of(first) },
  });
  await store.lease((db) =>
    db.run(
      `INSERT INTO batches VALUES (1, 'load', 'f', 1, 'f', 'h', '', 0, 0, 0, 0, 0, 0, 0, NULL, NULL, '{"cells":{"grain":"event"}}', now()::TIMESTAMP)`,
    ),
  );
  const post = (name: string, values: [number, number, number]) =>
    store.commitBatch({
      ...{ kind: "ingest", name, number: 0, source: "test", content: name },
      rows: { columns: columns(...values) },
    });
  await post("one", [2.5, 3, 7]);
  await post("two", [-4, 9, Number.NaN]);
  await post("three", [1, Number.NaN, 2]);
  const found = () => store.lease((db) => db.rows(`SELECT spend, "order", first FROM DP_CDR_Data`));
  expect(await found()).toEqual([{ spend: -0.5, order: 9, first: 2 }]);
});
