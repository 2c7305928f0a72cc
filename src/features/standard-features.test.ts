import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadFile } from "../load/load-file.js";
import { loadOptions } from "../load/options.js";
import { setCovered } from "../store/coverage/coverage.js";
import type { SqlValue } from "../store/database.js";
import { openStore, type Store } from "../store/open-store.js";
import { buildFeatures } from "./build-features.js";
import type { FeatureOptions } from "./options.js";

const FIXTURES = new URL("../../test/fixtures/features/", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "standard-"));
afterAll(() => rmSync(folder, { recursive: true }));

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
  // so few subscribers leave it open whether a day of none of them is there
  await store.lease((db) => setCovered(db, ["2024-02-10", "2024-02-11", "2024-02-12"], false));
  return store;
}

const build = (store: Store, options: FeatureOptions = {}) =>
  buildFeatures(store, { data_dir: folder, set: "standard", ...options });
const onDay = (day: string) => ({ start_date: day, end_date: day, snapshot_every: 1 });
const snapshots = (store: Store) =>
  store.lease((db) =>
    db.rows(
      `SELECT * EXCLUDE (plan_hash, M_TENURE_CHURN) REPLACE (CAST("Date" AS VARCHAR) AS "Date") FROM Processed_Data ORDER BY "Date", "User"`,
    ),
  );

let store: Store;
beforeAll(async () => {
  store = await loaded("log");
});

describe("the set `standard`", () => {
  it("is what pandas computes, to 1e-9, on a log with gaps, second rows, month ends, a leap day and subscribers of one day", async () => {
    const theirs: Record<string, SqlValue>[] = await store.lease((db) =>
      db.rows(
        `SELECT * REPLACE (CAST("Date" AS VARCHAR) AS "Date") FROM read_csv('${FIXTURES}standard.csv', nullstr = '')`,
      ),
    );
    let compared = 0;
    for (const day of new Set(theirs.map(({ Date: day }) => day as string))) {
      await build(store, onDay(day));
      const own = await snapshots(store);
      const expected = theirs.filter((row) => row.Date === day);
      expect(own.map(({ User }) => User)).toEqual(expected.map(({ User }) => User));
      expect(Object.keys(own[0]).sort()).toEqual(Object.keys(expected[0]).sort());
      for (const [index, row] of expected.entries()) {
        for (const [name, value] of Object.entries(row)) {
          const ours = own[index][name];
          const where = `${name} of ${row.User} on ${day}: ${ours} for ${value}`;
          if (typeof value !== "number") expect(ours, where).toBe(value);
          else
            expect(Math.abs((ours as number) - value), where).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(8000);
  });
});
