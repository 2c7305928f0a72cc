import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayOf } from "../core/days.js";
import { loadFile } from "../load/load-file.js";
import { loadOptions } from "../load/options.js";
import { openStore, type Store } from "../store/open-store.js";
import { buildFeatures } from "./build-features.js";
import { createSnapshots } from "./create-snapshots.js";
import type { CustomOption } from "./custom-option.js";
import { planHash } from "./feature-plan.js";
import type { FeatureOptions } from "./options.js";

const LOG = new URL("../../test/fixtures/features/log.csv", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "custom-"));
afterAll(() => rmSync(folder, { recursive: true }));
let store: Store;

async function loaded(name: string): Promise<Store> {
  const opened = openStore({ path: join(folder, `${name}.duckdb`) });
  const log = { path: LOG, format: "csv" as const, delimiter: ",", sha256: "fixture", rows: 595 };
  await loadFile(opened, log, loadOptions.parse({}));
  return opened;
}
beforeAll(async () => {
  store = await loaded("log");
});

const DAY = "2024-02-19";
const on = (custom: CustomOption): FeatureOptions => ({
  ...{ data_dir: folder, windows: [7], start_date: DAY, end_date: DAY, snapshot_every: 1, custom },
});
const values = (from: Store, name: string) =>
  from.lease(async (db) => {
    const rows = await db.rows<{ User: string; value: number | null }>(
      `SELECT "User", "${name}" AS value FROM Processed_Data ORDER BY "User"`,
    );
    return new Map(rows.map(({ User, value }) => [User, value]));
  });

/** Rows of the fixture as the test itself reads them. */
const [head, ...lines] = readFileSync(LOG, "utf8").trim().split("\n");
const names = head?.split(",") ?? [];
const ROWS = lines
  .map((line) => {
    const cells = line.split(",");
    const cell = (name: string) => cells[names.indexOf(name)] ?? "";
    const day = dayOf(cell("DP_DATE"));
    return {
      who: cell("DP_MSISDN"),
      day,
      weekday: (day + 4) % 7,
      volume: Number(cell("DP_DATA_VOLUME")),
      calls: Number(cell("DP_MOC_COUNT")),
    };
  })
  .filter(({ day }) => day < dayOf(DAY));

describe("a feature of one's own", () => {
  it("is a line: an aggregate over the rows of the days before the snapshot", async () => {
    const { plan, titles, features } = await buildFeatures(
      store,
      on({
        weekend_share: "sum(DP_DATA_VOLUME) FILTER (WHERE dayofweek(day) IN (0, 6)) / nullif(sum(DP_DATA_VOLUME), 0)",
      }),
    );
    expect(plan.features.at(-1)).toMatchObject({ name: "weekend_share", kind: "custom" });
    expect(titles.weekend_share).toBe("weekend share");
    expect(features).toBe(plan.features.length);
    const found = await values(store, "weekend_share");
    expect(found.size).toBeGreaterThan(10);
    for (const [who, value] of found) {
      const own = ROWS.filter((row) => row.who === who);
      const sum = (rows: typeof ROWS) => rows.reduce((total, row) => total + row.volume, 0);
      const weekend = own.filter(({ weekday }) => weekday === 0 || weekday === 6);
      const all = sum(own);
      if (all === 0) expect(value).toBeNull();
      else if (weekend.length) expect(value, who).toBeCloseTo(sum(weekend) / all, 9);
    }
  });

  it("has a window, a title, a unit and a meaning, and knows day, age and activity of a row", async () => {
    const { plan, titles } = await buildFeatures(
      store,
      on({
        late_calls: {
          sql: "sum(M_Out_Call_Count) FILTER (WHERE age <= 3)",
          title: "calls of three days",
          unit: "calls",
          meaning: "Calls of late.",
        },
        rows_of_five: { sql: "count(*)", window: 5 },
        last_day: "min(age)",
        last_volume: "arg_max(DP_DATA_VOLUME, day)",
        busy: "count(*) FILTER (active)",
      }),
    );
    expect(titles.late_calls).toBe("calls of three days (calls)");
    expect(plan.features.find(({ name }) => name === "rows_of_five")).toMatchObject({ within: 5 });
    const rowsBefore = (who: string, days = 1000) =>
      ROWS.filter((row) => row.who === who && row.day >= dayOf(DAY) - days);
    const late = await values(store, "late_calls");
    for (const [who, value] of late) {
      const own = rowsBefore(who, 3);
      expect(value, who).toBe(own.length ? own.reduce((sum, { calls }) => sum + calls, 0) : null);
    }
    for (const [who, value] of await values(store, "rows_of_five")) expect(value).toBe(rowsBefore(who, 5).length);
    for (const [who, value] of await values(store, "last_day"))
      expect(value).toBe(dayOf(DAY) - Math.max(...rowsBefore(who).map(({ day }) => day)));
    for (const [who, value] of await values(store, "last_volume")) {
      expect(value).toBeCloseTo(rowsBefore(who).sort((a, b) => b.day - a.day)[0]?.volume ?? Number.NaN, 9);
    }
  });

  it("has the same bits in any order of rows and on any number of threads", async () => {
    const custom = {
      a: "sum(ln(1 + DP_DATA_VOLUME)) / count(*)",
      b: "stddev(DP_DATA_VOLUME) / avg(DP_DATA_VOLUME)",
      c: "corr(DP_DATA_VOLUME, DP_MOC_DURATION)",
      d: "regr_slope(DP_DATA_VOLUME, -age)",
    };
    const other = await loaded("other");
    const read = async (from: Store, threads: number) => {
      await from.lease((db) => db.run(`SET threads = ${threads}`));
      await buildFeatures(from, on(custom));
      return Promise.all(Object.keys(custom).map(async (name) => [...(await values(from, name))]));
    };
    const before = await read(other, 1);
    expect(before.flat().filter(([, value]) => value !== null).length).toBeGreaterThan(40);
    await other.lease((db) =>
      db.run(
        "CREATE TEMP TABLE turned AS SELECT * FROM DP_CDR_Data ORDER BY hash(id); DELETE FROM DP_CDR_Data; INSERT INTO DP_CDR_Data SELECT * FROM turned",
      ),
    );
    expect(await read(other, 2)).toEqual(before);
  });

  it("is not changed by any row of the snapshot day or later, whatever they say", async () => {
    const other = await loaded("future");
    const custom = {
      sum: "sum(DP_DATA_VOLUME)",
      last: "max(day - DATE '2024-01-01')",
      rows: "count(*)",
      latest: "min(age)",
    };
    const read = async () => {
      await buildFeatures(other, on(custom));
      return Promise.all(Object.keys(custom).map(async (name) => [...(await values(other, name))]));
    };
    const before = await read();
    await other.lease((db) =>
      db.run(`UPDATE DP_CDR_Data SET DP_DATA_VOLUME = 1e9 * random() WHERE DP_DATE >= DATE '${DAY}'`),
    );
    expect(await read()).toEqual(before);
    await other.lease((db) =>
      db.run(`DELETE FROM DP_CDR_Data WHERE DP_DATE BETWEEN DATE '2024-02-21' AND DATE '2024-03-05'`),
    );
    expect(await read()).toEqual(before);
  });

  it.each([
    ["count(*) + (SELECT count(*) FROM DP_CDR_Data)", /a query inside/],
    ["sum(PSEUDO_CHURNED)", /names a column "PSEUDO_CHURNED" that a row does not have/],
    ["sum(DP_MOC_COUN)", /DP_MOC_COUN/],
    ["max(read_text('/etc/passwd'))", /the function read_text/],
    ["sum(random())", /the function random/],
    ["max(getenv('HOME'))", /the function getenv/],
    ["first(DP_MOC_COUNT ORDER BY (SELECT 1))", /the function first/],
    ["arg_max(DP_MOC_COUNT, day ORDER BY (SELECT 1))", /ORDER BY inside of arg_max/],
    ["sum(DP_MOC_COUNT) OVER ()", /a window/],
    ["DP_MOC_COUNT", /is no aggregate/],
    ["sum(DP_MOC_COUNT) / DP_MTC_COUNT", /DP_MTC_COUNT outside of an aggregate/],
    ["sum(max(DP_MOC_COUNT))", /max inside of sum/],
    ["max(day)", /gives DATE/],
    ["sum(DP_MOC_COUNT", /cannot be/],
    ["sum(DP_MOC_COUNT), 1", /the function main\.row/],
    ["sum(DISTINCT DP_MOC_COUNT)", /DISTINCT inside of sum/],
    ["t.DP_MOC_COUNT + count(*)", /the name t\.DP_MOC_COUNT/],
  ])("sees nothing else: %s is refused", async (sql, fault) => {
    await expect(buildFeatures(store, on({ odd: sql }))).rejects.toMatchObject({
      code: "BAD_OPTION",
      message: expect.stringMatching(fault),
    });
  });

  it("is checked again in a plan that comes from elsewhere", async () => {
    const { plan } = await buildFeatures(store, on({ calm: "count(*)" }));
    const evil = {
      ...plan,
      features: plan.features.map((feature) =>
        feature.kind === "custom"
          ? { ...feature, sql: "count(*) + (SELECT sum(PSEUDO_CHURNED) FROM DP_CDR_Data)" }
          : feature,
      ),
    };
    const made = store.lease((db) =>
      createSnapshots(db, { plan: evil, hash: planHash(evil) }, { table: "made", temporary: true, days: [DAY] }),
    );
    await expect(made).rejects.toMatchObject({
      code: "BAD_OPTION",
      message: expect.stringContaining("a query inside"),
    });
  });

  it("has a name of its own, and says what cannot be computed", async () => {
    await expect(buildFeatures(store, on({ Active_Days_7d: "count(*)" }))).rejects.toThrow(/name of another feature/);
    await expect(buildFeatures(store, on({ "a b": "count(*)" }))).rejects.toThrow(/cannot be the name of a feature/);
    await expect(buildFeatures(store, on({ root: "sqrt(-1 - count(*))" }))).rejects.toThrow(
      /"features.custom.root" cannot be computed for 2024-02-19/,
    );
    // what is no finite number is missing
    await buildFeatures(store, on({ endless: "count(*) / (count(*) - count(*))" }));
    expect([...(await values(store, "endless")).values()].every((value) => value === null)).toBe(true);
  });

  it("joins the set that a plan has, of the legacy system too, and changes nothing else", async () => {
    const bare = await buildFeatures(store, { ...on({}), set: "legacy" });
    const more = await buildFeatures(store, { ...on({ days: "count(*)" }), set: "legacy" });
    expect(more.features).toBe(bare.features + 1);
    expect(more.planHash).not.toBe(bare.planHash);
    expect(bare.plan).not.toHaveProperty("custom");
  });
});
