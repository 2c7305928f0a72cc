import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { inMemory } from "../../store/memory-database.js";

const folder = mkdtempSync(join(tmpdir(), "zones-"));
const HEADER = "DP_DATE,DP_MSISDN,DP_MOC_COUNT";
const CLIENT = new URL("../../../dist/load/load-file.js", import.meta.url).href;

/** Loads a file in a process of another zone; gives day by subscriber. */
function daysIn(zone: string, file: string, options: Record<string, string> = {}): Record<string, string> {
  const script = `
    const { loadFile } = await import(${JSON.stringify(CLIENT)});
    const { loadOptions } = await import(${JSON.stringify(CLIENT.replace("load-file", "options"))});
    const { openStore } = await import(${JSON.stringify(CLIENT.replace("load/load-file", "store/open-store"))});
    const [path, format, options, at] = process.argv.slice(1);
    const store = openStore({ path: at });
    await loadFile(store, { path, format, delimiter: ",", sha256: "x", rows: 2 }, loadOptions.parse(JSON.parse(options)));
    const rows = await store.lease((db) => db.rows("SELECT DP_MSISDN AS who, CAST(DP_DATE AS VARCHAR) AS day FROM DP_CDR_Data"));
    console.log(JSON.stringify(Object.fromEntries(rows.map(({ who, day }) => [who, day]))));`;
  const at = join(mkdtempSync(join(tmpdir(), "zone-")), "churn.duckdb");
  const path = join(folder, file);
  const format = file.endsWith(".csv") ? "csv" : "parquet";
  const args = ["--input-type=module", "-e", script, path, format, JSON.stringify(options), at];
  return JSON.parse(execFileSync(process.execPath, args, { env: { ...process.env, TZ: zone }, encoding: "utf8" }));
}

describe.each(["UTC", "America/New_York"])("in a process whose zone is %s", (zone) => {
  beforeAll(async () => {
    await inMemory((db) =>
      db.run(`COPY (SELECT TIMESTAMPTZ '2024-01-01 23:30:00+00' AS DP_DATE, 'a' AS DP_MSISDN, 1 AS DP_MOC_COUNT
        UNION ALL SELECT TIMESTAMPTZ '2024-01-02 03:30:00+00', 'b', 1) TO '${join(folder, "tz.parquet")}' (FORMAT parquet)`),
    );
    writeFileSync(join(folder, "iso.csv"), `${HEADER}\n2024-01-01 23:30:00-05:00,a,1\n2024-01-02T03:30:00+05,b,1\n`);
    writeFileSync(join(folder, "own.csv"), `${HEADER}\n01/01/2024 23:30:00 -0500,a,1\n02/01/2024 03:30:00 +0500,b,1\n`);
  });

  it("an instant of a Parquet file belongs to its day in UTC", () => {
    expect(daysIn(zone, "tz.parquet")).toEqual({ a: "2024-01-01", b: "2024-01-02" });
  });

  it("or to its day in the zone that an option names", () => {
    expect(daysIn(zone, "tz.parquet", { time_zone: "Asia/Tokyo" })).toEqual({ a: "2024-01-02", b: "2024-01-02" });
  });

  it("a text with an offset keeps the day of its own clock, with a format, too", () => {
    const days = { a: "2024-01-01", b: "2024-01-02" };
    expect(daysIn(zone, "iso.csv")).toEqual(days);
    expect(daysIn(zone, "own.csv", { date_format: "%d/%m/%Y %H:%M:%S %z" })).toEqual(days);
  });
});
