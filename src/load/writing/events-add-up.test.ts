import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { checkStore } from "../../store/check-store.js";
import { openStore, type Store } from "../../store/open-store.js";
import { loadFile } from "../load-file.js";
import { type LoadOptions, loadOptions } from "../options.js";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "events-"));
  store = openStore({ path: join(folder, "churn.duckdb") });
});

const EVENTS: LoadOptions = {
  grain: "event",
  columns: { DP_DATE: "ts", DP_MSISDN: "sub", DP_MOC_COUNT: "n", DP_MOC_DURATION: "sec" },
};

async function load(name: string, lines: readonly string[], options: LoadOptions = EVENTS) {
  const path = join(folder, name);
  const content = `${["ts,sub,n,sec", ...lines].join("\n")}\n`;
  writeFileSync(path, content);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const file = { path, format: "csv" as const, delimiter: ",", sha256, rows: lines.length, bytes: content.length };
  return loadFile(store, file, loadOptions.parse({ source: name, ...options }));
}

const records = () =>
  store.lease((db) =>
    db.rows(
      "SELECT CAST(DP_DATE AS VARCHAR) AS day, DP_MSISDN AS who, DP_MOC_COUNT AS calls, DP_MOC_DURATION AS seconds FROM DP_CDR_Data ORDER BY ALL",
    ),
  );
const check = async () => (await checkStore(store)).checks.filter(({ ok }) => !ok);
const hour = (h: string, seconds = 30) => [1, 2, 3, 4].map((s) => `2024-01-05 ${h}:00:0${s},u${s},1,${seconds}`);

describe("events", () => {
  it("of the next hours add up", async () => {
    for (const h of ["08", "09", "10"]) await load(`h${h}.csv`, hour(h));
    expect(await records()).toEqual(
      ["u1", "u2", "u3", "u4"].map((who) => ({ day: "2024-01-05", who, calls: 3, seconds: 90 })),
    );
    expect(await check()).toEqual([]);
  });

  it("with other durations add up as well", async () => {
    await load("h08.csv", hour("08", 30));
    const second = await load("h09.csv", [...hour("09", 31), "2024-01-06 00:00:01,u9,1,5"]);
    expect(second).toMatchObject({ rows: 1, merged: 4, added: 4, rejected: 0, firstDay: "2024-01-05" });
    expect((await records())[0]).toEqual({ day: "2024-01-05", who: "u1", calls: 2, seconds: 61 });
    expect(await check()).toEqual([]);
  });

  it("that come late are added to their day", async () => {
    const day = (d: string) => [1, 2, 3, 4].map((s) => `${d} 12:00:00,u${s},1,30`);
    await load("day1.csv", day("2024-01-01"));
    await load("day2.csv", [...day("2024-01-02"), "2024-01-01 23:58:00,u1,1,70"]);
    const found = await records();
    expect(found.reduce((sum, { calls }) => sum + Number(calls), 0)).toBe(9);
    expect(found[0]).toEqual({ day: "2024-01-01", who: "u1", calls: 2, seconds: 100 });
    expect(await check()).toEqual([]);
  });

  it("of a file that is known add nothing", async () => {
    await load("h08.csv", hour("08"));
    await load("h09.csv", hour("09"));
    expect(await load("h08.csv", hour("08"))).toMatchObject({ upToDate: true });
    expect(await load("h09-again.csv", hour("09"))).toMatchObject({ upToDate: true });
    expect((await records())[0]).toMatchObject({ calls: 2, seconds: 60 });
  });

  it("of a file that is read again in another way are compared with what it brought", async () => {
    const few = { ...EVENTS, columns: { DP_DATE: "ts", DP_MSISDN: "sub", DP_MOC_COUNT: "n" } };
    await load("h08.csv", hour("08"), few);
    await load("h09.csv", hour("09"), few);
    const again = await load("h08.csv", hour("08"), EVENTS);
    expect(again).toMatchObject({ rows: 0, merged: 0, storedBefore: 4, filled: 4, rejected: 0 });
    expect((await records())[0]).toEqual({ day: "2024-01-05", who: "u1", calls: 2, seconds: 30 });
    await load("h09.csv", hour("09"), EVENTS);
    expect((await records())[0]).toEqual({ day: "2024-01-05", who: "u1", calls: 2, seconds: 60 });
    expect(await check()).toEqual([]);
  });

  it("of a file that has grown are its new lines", async () => {
    await load("h08.csv", hour("08"));
    await load("today.csv", hour("09"));
    const grown = await load("today.csv", [...hour("09"), ...hour("10"), "2024-01-05 11:00:00,u7,1,1"]);
    expect(grown).toMatchObject({ replacedFile: true, rejected: 0 });
    expect(await records()).toHaveLength(5);
    expect((await records())[0]).toMatchObject({ who: "u1", calls: 3, seconds: 90 });
    expect(await check()).toEqual([]);
  });

  it("of a file that came again with other content are refused, or take its place", async () => {
    await load("a.csv", hour("08"));
    await load("b.csv", [...hour("09"), "2024-01-06 09:00:00,u8,1,1"]);
    await load("c.csv", hour("10"));
    await expect(load("b.csv", hour("09", 99))).rejects.toMatchObject({ code: "CONFLICT" });
    const corrected = await load("b.csv", [...hour("09", 99), "2024-01-07 09:00:00,u9,1,1"], {
      ...EVENTS,
      replace_file: true,
    });
    expect(corrected).toMatchObject({ rows: 1, added: 4, replacedFile: true });
    expect(await records()).toEqual([
      ...["u1", "u2", "u3", "u4"].map((who) => ({ day: "2024-01-05", who, calls: 3, seconds: 159 })),
      { day: "2024-01-07", who: "u9", calls: 1, seconds: 1 },
    ]);
    expect(await check()).toEqual([]);
  });

  it("of the file that came first can be taken back, and the others keep theirs", async () => {
    await load("a.csv", [...hour("08"), "2024-01-05 08:30:00,only,1,1"]);
    await load("b.csv", hour("09", 50));
    await load("a.csv", ["2024-01-05 08:00:00,u1,5,7"], { ...EVENTS, replace_file: true });
    expect(await records()).toEqual([
      { day: "2024-01-05", who: "u1", calls: 6, seconds: 57 },
      ...["u2", "u3", "u4"].map((who) => ({ day: "2024-01-05", who, calls: 1, seconds: 50 })),
    ]);
    expect(await check()).toEqual([]);
  });
});

describe("day records", () => {
  const DAYS: LoadOptions = { columns: { DP_DATE: "ts", DP_MSISDN: "sub", DP_MOC_COUNT: "n" } };
  const day = (calls: number) => Array.from({ length: 21 }, (_, s) => `2024-01-0${1 + (s % 3)},s${s},${calls},${s}`);

  it("get the cells of a column that is mapped later", async () => {
    await load("v.csv", day(1), DAYS);
    const again = await load("v.csv", day(1), { columns: { ...DAYS.columns, DP_MOC_DURATION: "sec" } });
    expect(again).toMatchObject({ rows: 0, storedBefore: 21, filled: 21, rejected: 0 });
    expect((await records())[1]).toMatchObject({ calls: 1, seconds: 12 });
    expect(await check()).toEqual([]);
  });

  it("of a corrected file take the place of those before, and contradict them where nothing says so", async () => {
    await load("v.csv", day(1), DAYS);
    await expect(load("v.csv", day(2), DAYS)).rejects.toThrow("replace-file");
    const corrected = await load("v.csv", day(2).slice(1), { ...DAYS, replace_file: true });
    expect(corrected).toMatchObject({ rows: 20, replacedFile: true, storedBefore: 0 });
    expect(await records()).toHaveLength(20);
    expect((await records())[0]).toMatchObject({ calls: 2 });
    expect(await check()).toEqual([]);
  });
});
