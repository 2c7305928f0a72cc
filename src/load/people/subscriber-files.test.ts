import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { download } from "../../download/download.js";
import { openStore } from "../../store/open-store.js";
import { load } from "../load.js";
import type { LoadOptions } from "../options.js";

const FIXTURES = new URL("../../../test/fixtures/features/", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "subscriber-files-"));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

/** A store of a small log of subscribers 001 … 040. */
async function job() {
  const source = join(folder, `log${++made}.csv`);
  const rows = Array.from({ length: 40 }, (_, s) => `2024-01-0${1 + (s % 5)},${String(s + 1).padStart(3, "0")},3`);
  writeFileSync(source, ["DP_DATE,DP_MSISDN,DP_MOC_COUNT", ...rows, ""].join("\n"));
  const store = openStore({ path: join(folder, `store${made}.duckdb`) });
  await download({ source, data_dir: folder });
  const all = (sql: string) => store.lease((db) => db.rows(sql));
  return { store, all, load: (options: LoadOptions) => load(store, { source, data_dir: folder, ...options }) };
}
function file(name: string, lines: string[]): string {
  const path = join(folder, `${++made}-${name}`);
  const text = `${lines.join("\n")}\n`;
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}
const people = (from: number, to: number, cells: (s: number) => string) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${String(from + i).padStart(3, "0")}${cells(from + i)}`);

describe("a file of attributes", () => {
  it("is counted against the log, row by row", async () => {
    const { load, all } = await job();
    const source = file("customers.csv.gz", [
      "id;plan;joined;roaming;fee",
      ...people(1, 30, (s) => `;${s % 2 ? "gold" : "basic"};0${1 + (s % 9)}.02.2023;${s % 3 ? "true" : "false"};1${s}`),
      ...[";gold;01.02.2023;true;1", "unknown;;;;", "003;basic;01.02.2020;true;9", "777;gold;01.02.2023;true;2"],
    ]);
    const options = { attributes: { source, subscriber: "id" } };
    const { attributes } = await load(options);
    expect(attributes).toMatchObject({
      upToDate: false,
      rows: 34,
      kept: 31,
      subscribers: 31,
      withoutAttributes: 10,
      notInLog: 1,
      rejects: [
        { reason: "no subscriber", rows: 2, firstRow: 31 },
        { reason: "a second row of its subscriber", rows: 1, firstRow: 33 },
      ],
      attributes: [
        { name: "plan", kind: "text" },
        { name: "joined", kind: "day" },
        { name: "roaming", kind: "truth" },
        { name: "fee", kind: "number" },
      ],
    });
    expect(attributes?.notes[0]).toBe(
      "attributes: 31 subscribers, 4 columns; 10 subscribers of the log have none; 1 is not in the log; 2 rows have no subscriber (first: row 31); 1 is a second row of its subscriber (row 33)",
    );
    const rows = "SELECT plan, CAST(joined AS VARCHAR) AS joined, roaming, fee FROM subscriber_attributes";
    expect(await all(`${rows} WHERE DP_MSISDN = '003'`)).toEqual([
      { plan: "gold", joined: "2023-02-04", roaming: false, fee: 13 },
    ]);
    expect((await load(options)).attributes).toMatchObject({ upToDate: true, subscribers: 31, withoutAttributes: 10 });
  });

  it("replaces what was there when its content or its reading changed, whole", async () => {
    const { load, all } = await job();
    const source = file("customers.csv", ["id,code,note", ...people(1, 12, (s) => `,00${s},x`)]);
    await load({ attributes: { source, subscriber: "id" } });
    expect(await all("SELECT DISTINCT typeof(code) AS type FROM subscriber_attributes")).toEqual([{ type: "VARCHAR" }]);
    await load({ attributes: { source, subscriber: "id", columns: ["code"], number: ["code"] } });
    expect(await all("SELECT sum(code) AS sum, count(*) AS n FROM subscriber_attributes")).toEqual([
      { sum: 78, n: 12 },
    ]);
    writeFileSync(source, ["id,code", ...people(3, 4, () => ",5"), ""].join("\n"));
    const { attributes } = await load({ attributes: { source, subscriber: "id" } });
    expect(attributes).toMatchObject({ upToDate: false, kept: 2 });
    expect(await all("SELECT * EXCLUDE (valid_from) FROM subscriber_attributes ORDER BY ALL")).toEqual([
      { DP_MSISDN: "003", code: 5 },
      { DP_MSISDN: "004", code: 5 },
    ]);
  });

  it("is refused when too many of its rows are set aside, or none is of the log, and what was there stays", async () => {
    const { load, all } = await job();
    const good = file("good.csv", ["id,plan", ...people(1, 20, () => ",a")]);
    await load({ attributes: { source: good, subscriber: "id" } });
    const bad = file("bad.csv", ["id,plan", ...people(1, 20, () => ",b"), ...people(1, 20, () => ",c")]);
    const refused = load({ attributes: { source: bad, subscriber: "id" } });
    await expect(refused).rejects.toThrow(
      /20 of 40 rows, 50.0 % would be set aside, and nothing of it is loaded; most often .*a second row of its subscriber, first in row 21\n.*valid_from/,
    );
    const strange = file("strange.csv", ["id,plan", "+49001,a", "+49002,b"]);
    await expect(load({ attributes: { source: strange, subscriber: "id" } })).rejects.toThrow(
      /none of its 2 subscribers is in the log.*\n.*"\+49001" there, and "0/,
    );
    expect(await all("SELECT count(*) AS n, any_value(plan) AS plan FROM subscriber_attributes")).toEqual([
      { n: 20, plan: "a" },
    ]);
  });

  it("says which column or file is missing, before the log is read", async () => {
    const { load, store } = await job();
    const source = file("customers.csv", ["id,plan,fee", ...people(1, 9, () => ",a,1")]);
    await expect(load({ attributes: { source: join(folder, "none.csv"), subscriber: "id" } })).rejects.toThrow(
      /there is no file ".*none.csv", which option "load.attributes.source" names/,
    );
    await expect(store.mustExist()).rejects.toMatchObject({ code: "NO_DATA" });
    await expect(load({ attributes: { source, subscriber: "msisdn" } })).rejects.toThrow(
      /"load.attributes.subscriber" "msisdn" is not a column/,
    );
    await expect(load({ attributes: { source, subscriber: "id", valid_from: "plan" } })).rejects.toThrow(
      /column "plan" of .* holds no days/,
    );
  });
});

describe("a Parquet file of attributes", () => {
  it("is read by its types, and lists are left out", async () => {
    const { load, all, store } = await job();
    const source = join(folder, "people.parquet");
    await store.lease(
      (db) =>
        db.run(`COPY (SELECT lpad(CAST(s AS VARCHAR), 3, '0') AS id, CAST(s AS DECIMAL(9, 2)) / 4 AS fee, s % 2 = 0 AS vip,
          TIMESTAMP '2020-02-03 22:10:00' AS joined, [s] AS numbers, '00' || s AS code, CAST(NULL AS VARCHAR) AS none
          FROM range(1, 31) r(s)) TO '${source}' (FORMAT parquet)`),
      { create: true },
    );
    const { attributes } = await load({ attributes: { source, subscriber: "id" } });
    expect(attributes).toMatchObject({ subscribers: 30, withoutAttributes: 10, rejects: [] });
    expect(attributes?.notes).toContain('attributes: "numbers" is left out: type BIGINT[] holds no single value');
    expect(
      await all(
        "SELECT * EXCLUDE (valid_from) REPLACE (CAST(joined AS VARCHAR) AS joined) FROM subscriber_attributes ORDER BY 1 LIMIT 2",
      ),
    ).toEqual([
      { DP_MSISDN: "001", fee: 0.25, vip: false, joined: "2020-02-03", code: "001", none: null },
      { DP_MSISDN: "002", fee: 0.5, vip: true, joined: "2020-02-03", code: "002", none: null },
    ]);
    const named = load({ attributes: { source, subscriber: "id", columns: ["numbers"] } });
    await expect(named).rejects.toThrow(/"numbers" of .* has type BIGINT\[\]/);
  });
});

describe("a list of leavers", () => {
  it("may be the table of all subscribers, with the day of those who left, which is no attribute", async () => {
    const { load, all } = await job();
    const source = file("customers.csv", [
      "id,plan,left",
      ...people(1, 40, (s) => `,p,${s % 8 ? (s % 3 ? "" : "NA") : "2024-01-05"}`),
    ]);
    const { attributes, leavers } = await load({
      attributes: { source, subscriber: "id" },
      churned: { source, subscriber: "id", day: "left" },
    });
    expect(attributes?.attributes).toEqual([{ name: "plan", kind: "text" }]);
    expect(attributes?.notes).toContain('attributes: "left" is left out: it is the day of leaving');
    expect(leavers).toMatchObject({
      leavings: 5,
      rejects: [{ reason: "no day, so its subscriber has not left", rows: 35 }],
    });
    expect(leavers?.notes[0]).toContain("; 35 rows have no day: not left");
    expect(await all("SELECT DP_MSISDN AS s FROM leavers ORDER BY 1")).toEqual(
      ["008", "016", "024", "032", "040"].map((s) => ({ s })),
    );
  });

  it("is refused with the cure where a table program made numbers of its subscribers", async () => {
    const { load } = await job();
    const source = file("list.csv", ["id,left", ...people(1, 30, () => ".0,2024-01-05")]);
    await expect(load({ churned: { source, subscriber: "id", day: "left" } })).rejects.toThrow(
      /30 of 30 rows, 100 % would be set aside[\s\S]*export them as texts/,
    );
  });

  it("keeps each leaving, and says what it left out and whom the log does not know", async () => {
    const store = openStore({ path: join(folder, "leavers.duckdb") });
    const log = { source: `${FIXTURES}log.csv`, data_dir: folder };
    await download(log);
    const churned = { source: `${FIXTURES}leavers.csv`, subscriber: "kunde", day: "weg" };
    const { leavers } = await load(store, { ...log, churned });
    expect(leavers).toMatchObject({
      leavings: 18,
      subscribers: 17,
      last: "2024-03-20",
      notInLog: 1,
      rows: 22,
      rejects: [
        { reason: '"weg" is not a date of the form %d.%m.%Y', rows: 1 },
        { reason: "a second row of its subscriber and day", rows: 1 },
        { reason: "date out of range: before 1970 or in the future", rows: 1 },
        { reason: "no subscriber", rows: 1 },
      ],
    });
    expect(leavers?.notes[0]).toContain("18 leavings of 17 subscribers");
    expect((await load(store, { ...log, churned })).leavers).toMatchObject({ upToDate: true, leavings: 18 });
  });
});
