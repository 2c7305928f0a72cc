import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openStore, type Store } from "../../store/open-store.js";
import { loadFile } from "../load-file.js";
import { type LoadOptions, loadOptions } from "../options.js";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ids-"));
  store = openStore({ path: join(folder, "churn.duckdb") });
});

async function load(lines: readonly string[], options: LoadOptions = {}, delimiter = ";") {
  const path = join(folder, "log.csv");
  writeFileSync(path, `${[["DP_DATE", "DP_MSISDN", "DP_MOC_COUNT"].join(delimiter), ...lines].join("\n")}\n`);
  const file = {
    path,
    format: "csv" as const,
    delimiter,
    sha256: lines.join() + JSON.stringify(options),
    rows: lines.length,
  };
  const result = await loadFile(store, file, loadOptions.parse({ grain: "event", ...options }));
  const rows = await store.lease((db) =>
    db.rows(
      "SELECT CAST(DP_DATE AS VARCHAR) AS day, DP_MSISDN AS who, DP_MOC_COUNT AS n FROM DP_CDR_Data ORDER BY ALL",
    ),
  );
  return { result, days: rows.map(({ day }) => day), who: [...new Set(rows.map(({ who }) => who))].sort() };
}

describe("ids that are one telephone number in several ways", () => {
  const ways = ["+491700000001", "00491700000001", "491700000001", "+49 170 000-0001", "00017", "0049x1700000001"];
  const lines = ways.map((who) => `2024-01-01;${who};1`);

  it("are told, and stay as they are", async () => {
    const { result, who } = await load(lines);
    expect(who).toHaveLength(6);
    expect(result.notes.join()).toMatch(
      /1 telephone number is written in several ways, as .*00491700000001.*--id-form digits/,
    );
  });

  it("are one by an option, and ids of another kind stay", async () => {
    const { result, who } = await load(lines, { id_form: "digits" });
    expect(who).toEqual(["00017", "0049x1700000001", "491700000001"]);
    expect(result.notes).toEqual([]);
  });

  it("are no matter where none has a prefix", async () => {
    expect((await load(["2024-01-01;491700000001;1", "2024-01-01;s1;1"])).result.notes).toEqual([]);
  });
});

describe("times", () => {
  it("of epochs are days in UTC, or in a zone", async () => {
    // 2024-01-01 23:30:00 UTC
    const at = 1_704_151_800;
    for (const [format, unit] of [
      ["epoch_s", 1],
      ["epoch_ms", 1e3],
      ["epoch_us", 1e6],
    ] as const) {
      const lines = [`${at * unit};a;1`];
      expect((await load(lines, { time: { format }, replace: true })).days).toEqual(["2024-01-01"]);
      const rome = await load(lines, { time: { format, zone: "Europe/Rome" }, replace: true });
      expect(rome.days).toEqual(["2024-01-02"]);
    }
  });

  it("with an offset keep the day of their own clock, or become those of a zone; without one they stay", async () => {
    const lines = [
      "2024-01-01 23:30:00-05:00;a;1",
      "2024-01-02T03:30+05;b;1",
      "2024-01-02 03:30:00Z;c;1",
      "2024-01-02 03:30:00;d;1",
    ];
    expect((await load(lines)).days).toEqual(["2024-01-01", "2024-01-02", "2024-01-02", "2024-01-02"]);
    const zone = await load(lines, { time: { zone: "America/New_York" }, replace: true });
    expect(zone.days).toEqual(["2024-01-01", "2024-01-01", "2024-01-01", "2024-01-02"]);
    const own = lines.map((line) =>
      line.replace(/^2024-01-0(\d)[ T](\d\d:\d\d).*?([-+]\d\d)?:?(00)?;/, "0$1/01/2024 $2:00 $3;"),
    );
    const format = "%d/%m/%Y %H:%M:%S %z";
    const some = own.slice(0, 2).map((line) => line.replace(/([-+]\d\d);/, "$100;"));
    expect((await load(some, { time: { format, zone: "UTC" }, replace: true })).days).toEqual([
      "2024-01-01",
      "2024-01-02",
    ]);
  });

  it("of table programs are day numbers, with or without a fraction", async () => {
    const { days } = await load(["45292;a;1", "45293.75;a;1"], { time: { format: "excel" } });
    expect(days).toEqual(["2024-01-01", "2024-01-02"]);
  });

  it("are never read in the other order in silence, however few days tell it", async () => {
    const lines = Array.from({ length: 120 }, (_, i) => `${String(1 + (i % 12)).padStart(2, "0")}/03/2024;s${i};1`);
    lines.push("13/03/2024;s;1");
    await expect(load(lines, { date_format: "%m/%d/%Y" })).rejects.toThrow(
      /1 of 121 rows[\s\S]*"%d\/%m\/%Y", reads 121 of 121 days: 1 of 13 days cannot be month first/,
    );
    expect((await load(lines, { date_format: "%d/%m/%Y" })).result).toMatchObject({
      rejected: 0,
      firstDay: "2024-03-01",
    });
  });

  it("are said by one option", async () => {
    const both: LoadOptions = { date_format: "%d.%m.%Y", time: { format: "%m.%d.%Y" } };
    await expect(load(["01.02.2024;a;1"], both)).rejects.toMatchObject({ code: "BAD_OPTION" });
    expect((await load(["01.02.2024;a;1"], { ...both, time: { format: "%d.%m.%Y" } })).days).toEqual(["2024-02-01"]);
  });
});
