import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MEASURES } from "../cdr/columns.js";
import { download } from "../download/download.js";
import { load } from "../load/load.js";
import { openStore, type Store } from "../store/open-store.js";
import { dailySummary } from "../store/read-daily-summary.js";
import { recordColumns } from "../store/record-columns.js";
import { buildFeatures, type FeatureResult } from "./build-features.js";
import { planFeatures } from "./feature-plan.js";
import { featureOptions } from "./options.js";

// names that our own SQL uses as well, or that SQL keeps for itself
const NAMES = ["order", "age", "active", "label", "n", "day_of", "m0", "next_row"];
const folder = mkdtempSync(join(tmpdir(), "further-measures-"));
afterAll(() => rmSync(folder, { recursive: true }));
const iso = (day: number) => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);

let store: Store;
let made: FeatureResult;
beforeAll(async () => {
  const source = join(folder, "log.csv");
  const rows = Array.from({ length: 60 }, (_, day) => [
    iso(day),
    "a",
    ...NAMES.map((_, k) => k + 1),
    day % 2 ? -5 : 20,
  ]);
  const both = rows.concat(rows.slice(0, 40).map(([day, , ...cells]) => [day, "b", ...cells]));
  writeFileSync(source, [["when", "who", ...NAMES.map((name) => `x_${name}`), "money"], ...both].join("\n"));
  store = openStore({ path: join(folder, "log.duckdb") });
  await download({ source, data_dir: folder });
  await load(store, {
    source,
    data_dir: folder,
    columns: { day: "when", subscriber: "who" },
    measures: {
      ...Object.fromEntries(NAMES.map((name) => [name, { sql: `x_${name}`, kind: "count" as const }])),
      money: { sql: "money", title: "spend", unit: "GBP", negative: true },
    },
  });
  made = await buildFeatures(store, {
    data_dir: folder,
    set: "behaviour",
    windows: [7, 14],
    horizon: 7,
    start_date: iso(28),
  });
}, 60_000);

describe("features of measures of a log's own", () => {
  it("have its names, whatever they are, and their own values", async () => {
    const columns = NAMES.map((name) => `any_value("${name}_sum_7d") AS "${name}_sum_7d"`).join(", ");
    const found = await store.lease((db) =>
      db.row(`SELECT ${columns} FROM Processed_Data WHERE "User" = 'a' AND "Date" = DATE '${iso(32)}'`),
    );
    expect(found).toEqual(Object.fromEntries(NAMES.map((name, k) => [`${name}_sum_7d`, 7 * (k + 1)])));
  });

  it("count money that goes back as money that moved", async () => {
    const found = await store.lease((db) =>
      db.row(
        `SELECT money_sum_7d AS sum, money_trend_7d AS trend FROM Processed_Data WHERE "User" = 'a' AND "Date" = DATE '${iso(32)}'`,
      ),
    );
    // days 25 … 31: 3·20 − 4·5, against days 18 … 24: 4·20 − 3·5
    expect(found).toEqual({ sum: 40, trend: (40 - 65) / (40 + 65) });
  });

  it("are called what the measure is called, with its unit", () => {
    expect(made.titles).toMatchObject({
      money_sum_14d: "spend, sum of 14 days (GBP)",
      money_slope_14d: "spend, slope over 14 days (GBP a day)",
      money_trend_7d: "spend, last 7 days against those before",
      order_mean_7d: "order, mean per active day of 7 days",
      tenure_14d: "days since the first record, up to 14",
    });
    expect(JSON.stringify(made.titles)).not.toMatch(/call|SMS|data/i);
  });

  it("leave the plan of a call record as it was: no titles in it, the eight by their old names", () => {
    const plan = planFeatures(featureOptions.parse({}), MEASURES, false);
    expect(plan.measures[0]).toEqual({ name: "M_Out_Call_Count", column: "DP_MOC_COUNT", kind: "count" });
    expect(() =>
      planFeatures(featureOptions.parse({}), [...MEASURES, { ...MEASURES[0], name: "m_out_call_count" }], false),
    ).toThrow(/would have features of one name/);
  });

  it("are summed by day, all that the log has", async () => {
    const days = await dailySummary(store);
    expect(days.get("money", 1)).toBe(-10);
    expect(days.get("next_row", 50)).toBe(8);
    expect((await recordColumns(store)).map(({ name }) => name)).toEqual(["DP_DATE", "DP_MSISDN", ...NAMES, "money"]);
  });
});
