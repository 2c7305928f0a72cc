import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/download/temporary-folder.js";
import { download } from "../download/download.js";
import { checkStore } from "../store/check-store.js";
import { openStore, type Store } from "../store/open-store.js";
import { load } from "./load.js";
import type { LoadOptions } from "./options.js";

let folder: string;
let store: Store;
let source: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  source = join(folder, "logs");
  mkdirSync(source);
  store = openStore({ path: join(folder, "churn.duckdb") });
});

const COLUMNS = { DP_DATE: "ts", DP_MSISDN: "sub", DP_MOC_COUNT: "n", DP_MOC_DURATION: "sec" };
const loaded = (options: LoadOptions = {}, into = store) =>
  load(into, { source, data_dir: join(folder, "data"), grain: "event", columns: COLUMNS, ...options });
const put = (name: string, lines: readonly string[]) =>
  writeFileSync(join(source, name), `${["ts,sub,n,sec", ...lines].join("\n")}\n`);
const day = (date: string, seconds = 30, late: readonly string[] = []) => [
  ...["u1", "u2", "u2", "u3"].map((sub) => `${date} 10:00:00,${sub},1,${seconds}`),
  ...late.map((before) => `${before} 23:59:00,u1,1,0.1`),
];
const rows = (of = store) =>
  of.lease((db) => db.rows("SELECT * EXCLUDE (id, batch_id) FROM DP_CDR_Data ORDER BY DP_DATE, DP_MSISDN"));
const faults = async () => (await checkStore(store)).checks.filter(({ ok }) => !ok);

/** What a store has that was loaded from the files as they are now. */
async function fresh(options: LoadOptions = {}) {
  const other = openStore({ path: join(folder, "fresh.duckdb") });
  await loaded({ replace: true, ...options }, other);
  return rows(other);
}

describe("days that are replaced", () => {
  it("have exactly the rows that the files have of them, late ones of other files too", async () => {
    put("01.csv", day("2024-01-01"));
    put("02.csv", day("2024-01-02", 30, ["2024-01-01"]));
    put("03.csv", day("2024-01-03", 30, ["2024-01-02"]));
    await loaded();
    put("02.csv", [...day("2024-01-02", 50, ["2024-01-01"]), "2024-01-02 11:00:00,u9,1,5"]);
    await expect(loaded()).rejects.toThrow(/02\.csv: this file was loaded before with other content/);
    const result = await loaded({ replace_days: "2024-01-02" });
    expect(result.replacedDays).toEqual({
      ...{ first: "2024-01-02", last: "2024-01-02", removed: 3, outside: 1, without: [] },
    });
    expect(await rows()).toEqual(await fresh());
    expect(await faults()).toEqual([]);
    expect((await loaded({ replace_days: "2024-01-02" })).replacedDays).toMatchObject({ removed: 4 });
    expect(await rows()).toEqual(await fresh());
    expect(await faults()).toEqual([]);
  });

  it("are known to the next load, where the file has no other days", async () => {
    for (const date of ["2024-01-01", "2024-01-02", "2024-01-03"]) put(`${date}.csv`, day(date));
    await loaded();
    put("2024-01-02.csv", day("2024-01-02", 70));
    put("2024-01-03.csv", day("2024-01-03", 70));
    await loaded({ replace_days: "2024-01-02..2024-01-03" });
    expect(await loaded()).toMatchObject({ upToDate: true, files: { known: 3, new: [], changed: [] } });
    expect(await rows()).toEqual(await fresh());
  });

  it("lose what others brought to them: posted records, and files that are gone", async () => {
    put("01.csv", day("2024-01-01"));
    put("02.csv", day("2024-01-02"));
    await loaded();
    await store.commitBatch({
      ...{ kind: "ingest", name: "a", number: 0, source: "posted", content: "a" },
      rows: { columns: { DP_DATE: Int32Array.of(19724), DP_MSISDN: ["u1"], DP_MOC_COUNT: Float64Array.of(7) } },
    });
    put("02.csv", day("2024-01-02", 31));
    await loaded({ replace_days: "2024-01-02..2024-01-02" });
    expect(await rows()).toEqual(await fresh());
    expect(await faults()).toEqual([]);
  });

  it("of day records are replaced as well, by one file", async () => {
    const options: LoadOptions = { grain: "day", source: join(source, "a.csv"), max_rejects: 1 };
    const data_dir = join(folder, "data");
    put("a.csv", [
      "2024-01-01,u1,1,2",
      "2024-01-02,u1,3,4",
      "2024-01-02,u2,3,4",
      "2024-01-02,u2,3,5",
      "2024-01-03,u1,3,4",
    ]);
    await download({ source: options.source, data_dir });
    await loaded(options);
    put("a.csv", ["2024-01-01,u1,9,9", "2024-01-02,u2,9,9", "2024-01-02,,1,1", "2024-01-03,u1,9,9"]);
    await download({ source: options.source, data_dir });
    const result = await loaded({ ...options, replace_days: "2024-01-02..2024-01-04" });
    expect(result).toMatchObject({
      rows: 2,
      rejected: 1,
      replacedDays: { removed: 3, outside: 1, without: ["2024-01-04"] },
    });
    const found = (await rows()).map((row) => [row.DP_DATE, row.DP_MSISDN, row.DP_MOC_COUNT, row.DP_MOC_DURATION]);
    expect(found).toEqual([
      ["2024-01-01", "u1", 1, 2],
      ["2024-01-02", "u2", 9, 9],
      ["2024-01-03", "u1", 9, 9],
    ]);
    expect(await faults()).toEqual([]);
  });

  it("stay where no file has a row of them, or the days are none", async () => {
    put("01.csv", day("2024-01-01"));
    await loaded();
    await expect(loaded({ replace_days: "2024-02-01..2024-02-02" })).rejects.toThrow(/no file has a row of/);
    await expect(loaded({ replace_days: "2024-02-30" })).rejects.toThrow(/names a day that does not exist/);
    await expect(loaded({ replace_days: "2024-02-02..2024-02-01" })).rejects.toThrow(/ends before it begins/);
    await expect(loaded({ replace_days: "2024-01-01", until: "2023-01-01" })).rejects.toThrow(/beyond "until"/);
    expect(await rows()).toHaveLength(3);
  });
});
