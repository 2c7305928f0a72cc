import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { loadFile } from "../load/load-file.js";
import { loadOptions } from "../load/options.js";
import { setCovered } from "../store/coverage/coverage.js";
import type { Database } from "../store/database.js";
import { openStore, type Store } from "../store/open-store.js";
import { buildFeatures } from "./build-features.js";
import { createSnapshots } from "./create-snapshots.js";
import type { FeaturePlan } from "./feature-plan.js";

const FIXTURES = new URL("../../test/fixtures/features/", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "point-in-time-"));
afterAll(() => rmSync(folder, { recursive: true }));

const FIRST = Date.UTC(2023, 11, 1) / 86_400_000;
const iso = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);
const DAYS = Array.from({ length: 111 }, (_, index) => iso(FIRST + index));
const MISSING = ["2024-02-10", "2024-02-11", "2024-02-12"];
const SNAPSHOTS = ["2024-01-25", "2024-02-13", "2024-02-29"];

async function loaded(name: string): Promise<Store> {
  const store = openStore({ path: join(folder, `${name}.duckdb`) });
  const file = {
    path: `${FIXTURES}standard_log.csv`,
    format: "csv" as const,
    delimiter: ",",
    sha256: "log",
    rows: 911,
  };
  await loadFile(store, file, loadOptions.parse({}));
  // which days are there must not hang on who is
  await store.lease(async (db) => {
    // the legacy set asks for a fourth measure
    await db.run("UPDATE DP_CDR_Data SET DP_DATA_COUNT = DP_MTC_COUNT");
    await setCovered(db, DAYS, true);
    await setCovered(db, MISSING, false);
  });
  return store;
}

/** The features of the snapshots of some days, every bit of them. */
async function features(db: Database, plan: FeaturePlan, days = SNAPSHOTS): Promise<string[]> {
  await createSnapshots(db, { plan, hash: "h" }, { table: "found", temporary: true, days });
  const rows = await db.rows('SELECT * EXCLUDE (M_TENURE_CHURN, plan_hash) FROM found ORDER BY "Date", "User"');
  return rows.map((row) => JSON.stringify(row));
}

describe.each([["standard"], ["behaviour"], ["legacy"]] as const)("the features of the set %s", (set) => {
  let store: Store;
  let plan: FeaturePlan;
  let expected: string[];
  beforeAll(async () => {
    store = await loaded(set);
    ({ plan } = await buildFeatures(store, { data_dir: folder, set }));
    expected = await store.lease((db) => features(db, plan));
    expect(expected.length).toBeGreaterThan(30);
  }, 60_000);

  it("keep every bit when rows from the snapshot day on change, come and go", { timeout: 120_000 }, async () => {
    const draw = random(`point in time/${set}`);
    for (let round = 0; round < 5; round++) {
      const day = SNAPSHOTS[draw.int(SNAPSHOTS.length)];
      const own = expected.filter((row) => row.includes(`"Date":"${day}"`));
      await store.lease(async (db) => {
        await db.run("CREATE OR REPLACE TEMP TABLE as_it_was AS SELECT * FROM DP_CDR_Data");
        const some = `DP_DATE >= DATE '${day}' AND hash(DP_MSISDN, DP_DATE, ${draw.int(1e6)}) % 3 = 0`;
        await db.run(`DELETE FROM DP_CDR_Data WHERE ${some}`);
        await db.run(`UPDATE DP_CDR_Data SET DP_MOC_COUNT = ${draw.int(1e6)}, DP_DATA_VOLUME = ${draw.int(1e6)}.5, DP_MTC_COUNT = NULL
          WHERE ${some.replace("% 3 = 0", "% 2 = 0")}`);
        const late = iso(FIRST + DAYS.indexOf(day) + draw.int(DAYS.length - DAYS.indexOf(day)));
        await db.run(`INSERT OR IGNORE INTO DP_CDR_Data (id, DP_DATE, DP_MSISDN, DP_MOC_COUNT, DP_MOC_DURATION, batch_id)
          SELECT 1000000 + row_number() OVER (), DATE '${late}', who, ${1 + draw.int(50)}, 1e9, 1
          FROM (SELECT DISTINCT DP_MSISDN AS who FROM DP_CDR_Data UNION SELECT 'somebody new')`);
        expect(await features(db, plan, [day]), `round ${round}, from ${day} on`).toEqual(own);
        await db.run("DELETE FROM DP_CDR_Data");
        await db.run("INSERT INTO DP_CDR_Data SELECT * FROM as_it_was");
      });
    }
  });

  it("are the same bits on any number of threads, whichever days are asked for", { timeout: 120_000 }, async () => {
    await store.lease(async (db) => {
      for (const threads of [1, 3]) {
        await db.run(`SET threads = ${threads}`);
        expect(await features(db, plan)).toEqual(expected);
      }
      await db.run("RESET threads");
      for (const day of SNAPSHOTS) {
        expect(await features(db, plan, [day])).toEqual(expected.filter((row) => row.includes(`"Date":"${day}"`)));
      }
    });
  });
});

it("a subscriber alone and in a batch has the features that he has in the whole table, every bit of them", {
  timeout: 120_000,
}, async () => {
  const store = await loaded("alone");
  const { plan } = await buildFeatures(store, { data_dir: folder, set: "standard" });
  await store.lease(async (db) => {
    const all = await features(db, plan);
    await db.run("CREATE TEMP TABLE everybody AS SELECT * FROM DP_CDR_Data");
    for (const who of [["s03"], ["s22"], ["s24"], ["s01", "s07", "s23", "s25"]]) {
      await db.run("DELETE FROM DP_CDR_Data");
      await db.run(
        `INSERT INTO DP_CDR_Data SELECT * FROM everybody WHERE DP_MSISDN IN (${who.map((id) => `'${id}'`).join(", ")})`,
      );
      const own = all.filter((row) => who.some((id) => row.includes(`"User":"${id}"`)));
      expect(await features(db, plan), who.join()).toEqual(own);
    }
  });
});

describe("windows that are not full", () => {
  it("are missing, in the set `behaviour` too, and the notes say which, and until when", async () => {
    const store = await loaded("early");
    const build = (options: object) => buildFeatures(store, { data_dir: folder, ...options });
    const late = await build({ set: "behaviour", windows: [30] });
    expect(late.notes.join("\n")).toMatch(
      /4 of \d+ snapshot days \(2024-01-0\d … 2024-01-2\d\) have fewer than the 60 days/,
    );
    expect(late.notes.join("\n")).toMatch(/6 features are missing there \(M_Out_Call_Count_trend_30d and 5 more\)/);
    const trends = await store.lease((db) =>
      db.rows(
        `SELECT CAST("Date" AS VARCHAR) AS day, count("M_Out_Call_Count_trend_30d") AS known FROM Processed_Data GROUP BY ALL ORDER BY ALL`,
      ),
    );
    for (const { day, known } of trends) expect(Number(known) > 0, `${day}`).toBe(`${day}` >= "2024-01-30");
    const standard = await build({ set: "standard", windows: [30] });
    expect(standard.notes.join("\n")).not.toMatch(/looks back on/);
    const forced = await build({ set: "standard", start_date: "2023-12-10" });
    expect(forced.notes.join("\n")).toMatch(
      /3 of \d+ snapshot days .* the 30 days .*features are missing there .* and who counts was active .*; from 2023-12-31 on nothing is/,
    );
  });
});

it("the legacy set says whom it leaves out", async () => {
  const store = await loaded("left-out");
  const { notes, snapshots } = await buildFeatures(store, { data_dir: folder, set: "legacy" });
  const { snapshots: all } = await buildFeatures(store, { data_dir: folder, set: "behaviour", windows: [30] });
  expect(snapshots).toBeLessThan(all);
  expect(notes.join("\n")).toMatch(
    /\d+ of \d+ snapshots \(\d+\.\d %\) are left out: the legacy set looks at the day before/,
  );
});
