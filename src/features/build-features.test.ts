import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { MEASURES } from "../cdr/columns.js";
import { loadFile } from "../load/load-file.js";
import { loadOptions } from "../load/options.js";
import type { SqlValue } from "../store/database.js";
import { openStore, type Store } from "../store/open-store.js";
import { buildFeatures } from "./build-features.js";
import { lookback, planFeatures, planHash } from "./feature-plan.js";
import { featureOptions } from "./options.js";

const FIXTURES = new URL("../../test/fixtures/features/", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "features-"));
let store: Store;

async function loadedStore(file: string): Promise<Store> {
  const opened = openStore({ path: join(folder, file) });
  const log = { path: `${FIXTURES}log.csv`, format: "csv" as const, delimiter: ",", sha256: "fixture", rows: 595 };
  await loadFile(opened, log, loadOptions.parse({}));
  return opened;
}

beforeAll(async () => {
  store = await loadedStore("log.duckdb");
});

const snapshots = (of: Store, where = "true") =>
  of.lease((db) =>
    db.rows(
      `SELECT * EXCLUDE (plan_hash) REPLACE (CAST("Date" AS VARCHAR) AS "Date") FROM Processed_Data WHERE ${where} ORDER BY "Date", "User"`,
    ),
  );
const fixture = (file: string) =>
  store.lease((db) =>
    db.rows(
      `SELECT * FROM read_csv('${FIXTURES}${file}', nullstr = '', auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR'])`,
    ),
  );

function expectSame(ours: Record<string, SqlValue>[], theirs: Record<string, SqlValue>[]) {
  expect(ours.map((row) => row.User)).toEqual(theirs.map((row) => row.User));
  for (const [index, row] of theirs.entries()) {
    for (const [key, value] of Object.entries(row)) {
      const own = ours[index]?.[key];
      if (typeof value !== "number") expect(own, `${key} of ${row.User}`).toBe(value);
      else
        expect(Math.abs((own as number) - value), `${key} of ${row.User}: ${own} ≠ ${value}`).toBeLessThanOrEqual(
          1e-9 * Math.max(1, Math.abs(value)),
        );
    }
  }
}

describe("buildFeatures", () => {
  it("computes the behaviour set and the derived label as pandas does, to 1e-9", async () => {
    for (const date of ["2024-02-05", "2024-02-19", "2024-03-11"]) {
      await buildFeatures(store, {
        data_dir: folder,
        set: "behaviour",
        start_date: date,
        end_date: date,
        snapshot_every: 1,
      });
      const theirs = (await fixture("behaviour.csv")).filter((row) => row.Date === date);
      expect(theirs.length).toBeGreaterThan(15);
      const ours = await snapshots(store);
      expect(Object.keys(ours[0] as object).sort()).toEqual(Object.keys(theirs[0] as object).sort());
      expectSame(ours, theirs);
    }
  });

  it("computes the legacy system's 32 columns as pandas does, to 1e-9", async () => {
    const result = await buildFeatures(store, {
      data_dir: folder,
      set: "legacy",
      start_date: "2024-02-05",
      end_date: "2024-02-05",
      snapshot_every: 1,
    });
    expect(result.features).toBe(32);
    const users = new Set((await snapshots(store)).map((row) => row.User));
    expectSame(
      await snapshots(store),
      (await fixture("seed.csv")).filter((row) => users.has(row.User as string)),
    );
    expect(users.size).toBeGreaterThan(8);
  });

  it("replaces its rows when run again, never appends, and writes the same rows as Parquet", async () => {
    const first = await buildFeatures(store, { data_dir: folder });
    const before = await snapshots(store);
    const second = await buildFeatures(store, { data_dir: folder });
    expect(second).toEqual({ ...first, kept: first.days.map(({ date }) => date) });
    expect(await snapshots(store)).toEqual(before);
    const parquet = await store.lease((db) =>
      db.rows(
        `SELECT * EXCLUDE (plan_hash) REPLACE (CAST("Date" AS VARCHAR) AS "Date") FROM read_parquet('${first.parquet}') ORDER BY "Date", "User"`,
      ),
    );
    expect(parquet).toEqual(before);
  });

  it("keeps the rows of each store in a file of its own, also in one folder", async () => {
    const other = await loadedStore("other.duckdb");
    await other.lease((db) => db.run("DELETE FROM DP_CDR_Data WHERE DP_MSISDN < 's10'"));
    const first = await buildFeatures(store, { data_dir: folder });
    const second = await buildFeatures(other, { data_dir: folder });
    expect(second.planHash).toBe(first.planHash);
    const count = (path: string) => store.lease((db) => db.row(`SELECT count(*) AS n FROM read_parquet('${path}')`));
    expect(await count(first.parquet)).toEqual({ n: first.snapshots });
    expect(await count(second.parquet)).toEqual({ n: second.snapshots });
    expect(second.snapshots).toBeLessThan(first.snapshots);
  });

  it("leaks nothing: no row on or after day t changes a feature of snapshot t, and no row before it the label", async () => {
    const changed = await loadedStore("changed.duckdb");
    const day = "2024-02-19";
    const options = { data_dir: join(folder, "changed"), start_date: day, end_date: day, snapshot_every: 1 };
    await buildFeatures(changed, options);
    const before = await snapshots(changed);
    await changed.lease((db) =>
      db.run(`UPDATE DP_CDR_Data SET DP_MOC_COUNT = 999, DP_MOC_DURATION = 1e6, DP_MTC_COUNT = 999, DP_MTC_DURATION = 1e6, DP_DATA_COUNT = 999,
        DP_DATA_VOLUME = 1e6, PSEUDO_CHURNED = NULL WHERE DP_DATE >= DATE '${day}'`),
    );
    await buildFeatures(changed, options);
    const after = await snapshots(changed);
    const features = (rows: Record<string, SqlValue>[]) => rows.map(({ M_TENURE_CHURN, ...row }) => row);
    expect(features(after)).toEqual(features(before));
    expect(after.map((row) => row.M_TENURE_CHURN)).not.toEqual(before.map((row) => row.M_TENURE_CHURN));

    await changed.lease((db) =>
      db.run(`DELETE FROM DP_CDR_Data WHERE DP_DATE >= DATE '${day}' AND DP_DATE < DATE '2024-03-12'`),
    );
    await buildFeatures(changed, options);
    expect(features(await snapshots(changed))).toEqual(features(before));
  });

  it("labels a snapshot only when its whole horizon lies in the log", async () => {
    const { days } = await buildFeatures(store, { data_dir: folder });
    expect(days.at(-1)).toMatchObject({ labelled: 0, churned: null });
    expect(days[0]?.labelled).toBe(days[0]?.snapshots);
  });

  it("looks back on no day that streamed in and may be there in part", { timeout: 120_000 }, async () => {
    const other = await loadedStore("streamed.duckdb");
    const lastOnes = async () => {
      const { days } = await buildFeatures(other, { data_dir: folder, snapshot_every: 1 });
      return [days.at(-1)?.date, days.findLast(({ labelled }) => labelled > 0)?.date].map((day) =>
        Date.parse(`${day}`),
      );
    };
    const loaded = await lastOnes();
    // the last day of the log is as if it had streamed in
    await other.lease((db) => db.run("UPDATE batches SET last_day = last_day - 1"));
    expect(await lastOnes()).toEqual(loaded.map((day) => day - 86_400_000));
  });

  it("takes the given label where the log has one, and leaves out subscribers that are flagged already", async () => {
    const given = await loadedStore("given.duckdb");
    const day = "2024-02-19";
    await given.lease(async (db) => {
      await db.run(`UPDATE DP_CDR_Data SET PSEUDO_CHURNED = 0`);
      await db.run(
        `UPDATE DP_CDR_Data SET PSEUDO_CHURNED = 1 WHERE DP_MSISDN = 's01' AND DP_DATE >= DATE '2024-02-25'`,
      );
      await db.run(
        `UPDATE DP_CDR_Data SET PSEUDO_CHURNED = 1 WHERE DP_MSISDN = 's03' AND DP_DATE >= DATE '2024-02-10'`,
      );
    });
    const options = { data_dir: join(folder, "given"), start_date: day, end_date: day, snapshot_every: 1 };
    const { plan } = await buildFeatures(given, options);
    expect(plan.label).toBe("given");
    const rows = await given.lease((db) =>
      db.rows(`SELECT p."User", M_TENURE_CHURN AS label, (SELECT max(PSEUDO_CHURNED) FROM DP_CDR_Data d WHERE d.DP_MSISDN = p."User"
        AND DP_DATE >= DATE '${day}' AND DP_DATE < DATE '${day}' + 14) AS flag FROM Processed_Data p`),
    );
    expect(rows.map((row) => row.User)).not.toContain("s03");
    for (const row of rows) expect(row.label).toBe(row.flag);
    expect(rows.some((row) => row.flag === 1)).toBe(true);
  });

  it("gives features only to the measures that a log has", async () => {
    const { plan } = await buildFeatures(store, { data_dir: folder });
    expect(plan.features.some((feature) => feature.name.includes("SMS"))).toBe(false);
    expect(plan.features.some((feature) => feature.name.includes("M_Data_Sum"))).toBe(true);
  });

  it("says when the log is too short for the windows", async () => {
    await expect(buildFeatures(store, { data_dir: folder, windows: [400] })).rejects.toMatchObject({ code: "NO_DATA" });
  });
});

describe("planFeatures", () => {
  const columns = MEASURES.filter(({ name }) => /MOC|DATA/.test(name));
  it("gives one hash to plans that compute the same, and another when anything differs", () => {
    const hash = (options: object) => planHash(planFeatures(featureOptions.parse(options), columns, false));
    expect(hash({ windows: [7, 30] })).toBe(hash({ windows: [30, 7, 7] }));
    expect(hash({ windows: [7, 30] })).not.toBe(hash({ windows: [7, 31] }));
    expect(hash({ horizon: 14 })).not.toBe(hash({ horizon: 15 }));
  });
  it("looks back as far as its longest window, and twice the shortest for the trend", () => {
    expect(lookback(planFeatures(featureOptions.parse({ set: "behaviour", windows: [7, 30] }), columns, false))).toBe(
      30,
    );
    expect(lookback(planFeatures(featureOptions.parse({ set: "behaviour", windows: [7] }), columns, false))).toBe(14);
  });
  it("refuses the legacy set, by its old name too, for a log that lacks its measures", () => {
    expect(() => planFeatures(featureOptions.parse({ set: "seed" }), [columns[2]], false)).toThrow(/M_Out_Call_Count/);
  });
});
