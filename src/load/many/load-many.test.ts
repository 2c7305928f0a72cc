import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/download/temporary-folder.js";
import { download } from "../../download/download.js";
import { checkStore } from "../../store/check-store.js";
import { inMemory } from "../../store/memory-database.js";
import { openStore, type Store } from "../../store/open-store.js";
import { loadFacts } from "../ledger/load-facts.js";
import { load } from "../load.js";
import type { LoadOptions } from "../options.js";

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
const loaded = (options: LoadOptions = {}) =>
  load(store, { source, data_dir: join(folder, "data"), grain: "event", columns: COLUMNS, ...options });

function put(name: string, lines: readonly string[], header = "ts,sub,n,sec"): void {
  const path = join(source, name);
  mkdirSync(dirname(path), { recursive: true });
  const content = `${[header, ...lines].join("\n")}\n`;
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(content) : content);
}
const hour = (h: string, seconds = 30) => [1, 2, 3, 4].map((s) => `2024-01-05 ${h}:00:0${s},u${s},1,${seconds}`);
const total = async () => {
  const [row] = (
    await store.query(
      "SELECT sum(DP_MOC_COUNT) AS calls, sum(DP_MOC_DURATION) AS seconds, count(*) AS n FROM DP_CDR_Data",
    )
  ).objects() as { calls: number; seconds: number; n: number }[];
  return { calls: Number(row.calls), seconds: Number(row.seconds), rows: Number(row.n) };
};
const faults = async () => (await checkStore(store)).checks.filter(({ ok }) => !ok);

describe("a folder", () => {
  it("of hours of one day adds up to the day, a batch a file", async () => {
    for (const h of ["08", "09", "10"]) put(`h${h}.csv`, hour(h));
    const result = await loaded();
    expect(result).toMatchObject({ rows: 4, merged: 8, added: 8, lines: 12, subscribers: 4, upToDate: false });
    expect(result.files).toEqual({
      ...{ count: 3, known: 0, new: ["h08.csv", "h09.csv", "h10.csv"], changed: [], same: [], gone: [] },
      ...{ rows: 4, rejected: 0, allRows: 4 },
    });
    expect(await total()).toEqual({ calls: 12, seconds: 360, rows: 4 });
    expect(await faults()).toEqual([]);
  });

  it("takes what is new, and knows the rest by its bytes under any name", async () => {
    put("a/day.csv", hour("08"));
    put("b/day.csv", hour("09"));
    await loaded();
    renameSync(join(source, "a/day.csv"), join(source, "a/renamed.csv"));
    put("late.csv.gz", ["2024-01-04 23:58:00,u1,1,70"]);
    const result = await loaded();
    expect(result.files).toMatchObject({ count: 3, known: 2, new: ["late.csv.gz"], changed: [], gone: [], rows: 1 });
    // what is told is of the new one, and how much there is in all
    expect(result).toMatchObject({ lines: 1, rows: 1, subscribers: 1, firstDay: "2024-01-04", files: { allRows: 5 } });
    expect(result.measures.map((measure) => measure.rows)).toEqual([1, 1]);
    const facts = Object.fromEntries(loadFacts(result));
    expect(facts).toMatchObject({ "rows loaded": 1, "rows of all files": 5, days: "2024-01-04 … 2024-01-04" });
    expect(await total()).toEqual({ calls: 9, seconds: 310, rows: 5 });
    expect(await loaded()).toMatchObject({
      upToDate: true,
      rows: 5,
      files: { known: 3, new: [], rows: 0, allRows: 5 },
    });
    expect(await faults()).toEqual([]);
  });

  it("counts a file once that lies there twice, and says so", async () => {
    put("a.csv", hour("08"));
    put("copy of a.csv", hour("08"));
    expect((await loaded()).files).toMatchObject({ new: ["a.csv"], same: ["copy of a.csv"] });
    expect(await total()).toMatchObject({ calls: 4 });
  });

  it("takes the new lines of a file that has grown, and a corrected one only when it is told to", async () => {
    put("a.csv", hour("08"));
    put("b.csv", hour("09"));
    await loaded();
    put("a.csv", [...hour("08"), ...hour("10")]);
    expect((await loaded()).files).toMatchObject({ known: 1, new: [], changed: ["a.csv"] });
    expect(await total()).toEqual({ calls: 12, seconds: 360, rows: 4 });
    put("a.csv", hour("08", 60));
    put("c.csv", hour("11"));
    await expect(loaded()).rejects.toThrow(/^a\.csv: this file was loaded before with other content/);
    expect(await total()).toEqual({ calls: 12, seconds: 360, rows: 4 });
    expect((await loaded({ replace_file: true })).files).toMatchObject({ changed: ["a.csv"], new: ["c.csv"] });
    expect(await total()).toEqual({ calls: 12, seconds: 480, rows: 4 });
    expect(await faults()).toEqual([]);
  });

  it("says which files are gone; their rows stay", async () => {
    put("a.csv", hour("08"));
    put("b.csv", hour("09"));
    await loaded();
    rmSync(join(source, "a.csv"));
    expect((await loaded()).files).toMatchObject({ count: 1, known: 1, gone: ["a.csv"] });
    expect((await loaded()).files).toMatchObject({ gone: ["a.csv"] });
    expect(await total()).toMatchObject({ calls: 8 });
  });

  it("may have files with other headers, as long as the columns are there", async () => {
    put("a.csv", hour("08"));
    put("b.csv", ["x,1,u1,2024-01-05,20"], "cell,n,sub,ts,sec");
    expect(await loaded()).toMatchObject({ lines: 5, merged: 1 });
    put("customers.csv", ["u1,gold"], "id,plan");
    await expect(loaded()).rejects.toThrow(/^customers\.csv: .*ts[\s\S]*leave this one out by a pattern/);
  });

  it("leaves out what is no log, and says so", async () => {
    put("a.csv", hour("08"));
    writeFileSync(join(source, "README.md"), "about");
    writeFileSync(join(source, "none.csv"), "");
    put("header.csv", []);
    expect((await loaded()).leftOut).toEqual([
      { name: "README.md", why: "not .csv, .tsv, .txt, .dat or .parquet" },
      { name: "header.csv", why: "a header but no rows" },
      { name: "none.csv", why: "empty" },
    ]);
  });

  it("with a file that is damaged is refused, and the file is named", async () => {
    put("a.csv", hour("08"));
    writeFileSync(join(source, "b.csv.gz"), gzipSync("ts,sub,n,sec\n2024-01-05,u,1,1\n").subarray(0, 30));
    await expect(loaded()).rejects.toThrow(/b\.csv\.gz/);
  });

  it("is loaded up to the file that is refused, and the same command goes on", async () => {
    put("a.csv", hour("08"));
    put("b.csv", ["x,x,x,x"]);
    put("c.csv", hour("09"));
    await expect(loaded()).rejects.toThrow(/b\.csv: none of 1 rows[\s\S]*1 of 3 files are loaded/);
    put("b.csv", hour("10"));
    expect((await loaded()).files).toMatchObject({ known: 1, new: ["b.csv", "c.csv"] });
    expect(await total()).toMatchObject({ calls: 12 });
  });
});

describe("a download of many files", () => {
  it("pins them in one manifest, and reads no file again that did not change", async () => {
    put("a.csv", hour("08"));
    put("b.csv", hour("09"));
    const data_dir = join(folder, "data");
    const first = await download({ source, data_dir });
    expect(first).toMatchObject({ rows: 8, up_to_date: false, files: { count: 2, new: ["a.csv", "b.csv"] } });
    const second = await download({ source, data_dir });
    expect(second).toMatchObject({ rows: 8, up_to_date: true, sha256: first.sha256, files: { new: [], changed: [] } });
    // a file that was only touched has the same bytes
    utimesSync(join(source, "a.csv"), new Date(), new Date());
    expect(await download({ source, data_dir })).toMatchObject({ up_to_date: true });
    put("b.csv", hour("11"));
    rmSync(join(source, "a.csv"));
    expect((await download({ source, data_dir })).files).toEqual({
      count: 1,
      new: [],
      changed: ["b.csv"],
      gone: ["a.csv"],
    });
  });

  it("of a list takes each file once, in the order of the list", async () => {
    put("b/x.csv", hour("08"));
    put("a/x.csv", hour("09"));
    const list = [join(source, "b"), join(source, "a/x.csv"), join(source, "*/x.csv")];
    const result = await download({ source: list, data_dir: join(folder, "data") });
    expect(result.files).toMatchObject({ count: 2, new: [`${join(source, "b")}/x.csv`, join(source, "a/x.csv")] });
    expect((await loaded({ source: list })).rows).toBe(4);
  });
});

describe("a folder of partitioned files", () => {
  it("has the columns of its folders in each row", async () => {
    for (const day of ["2024-01-05", "2024-01-06"]) {
      for (const kind of ["a", "b"]) {
        const path = join(source, `day=${day}/kind=${kind}%3A1/part.parquet`);
        mkdirSync(dirname(path), { recursive: true });
        await inMemory((db) => db.run(`COPY (SELECT 'u1' AS sub, 2 AS n, 30.5 AS sec) TO '${path}' (FORMAT parquet)`));
      }
    }
    const columns = { ...COLUMNS, DP_DATE: "day" };
    const result = await loaded({ columns });
    expect(result).toMatchObject({ rows: 2, merged: 2, unused: ["kind"] });
    expect(result.files).toMatchObject({ count: 4, same: [] });
    expect((await loaded({ columns })).files).toMatchObject({ known: 4, new: [] });
    expect(await total()).toEqual({ calls: 8, seconds: 122, rows: 2 });
    expect(await faults()).toEqual([]);
  });

  it("may be of text, and a row of another width is told as it is", async () => {
    put("day=2024-01-05/a.csv", ["u1,1,30", "u2,1", ...Array.from({ length: 20 }, (_, i) => `v${i},1,5`)], "sub,n,sec");
    put("day=__HIVE_DEFAULT_PARTITION__/b.csv", ["u1,1,30"], "sub,n,sec");
    const columns = { ...COLUMNS, DP_DATE: "day" };
    await expect(loaded({ columns })).rejects.toThrow(/b\.csv.*none of 1 rows.*DP_DATE/);
    rmSync(join(source, "day=__HIVE_DEFAULT_PARTITION__"), { recursive: true });
    expect((await loaded({ columns })).rejects).toMatchObject([{ rows: 1, reason: "2 columns instead of 3" }]);
  });
});
