import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { dateOf, dayOf } from "../core/days.js";
import { loadFile } from "../load/load-file.js";
import { loadOptions } from "../load/options.js";
import { setCovered } from "../store/coverage/coverage.js";
import { openStore, type Store } from "../store/open-store.js";
import { buildFeatures } from "./build-features.js";
import type { FeatureOptions } from "./options.js";

const folder = mkdtempSync(join(tmpdir(), "kept-"));
afterAll(() => rmSync(folder, { recursive: true }));
let stores = 0;

const day = (n: number) => dateOf(dayOf("2024-01-01") + n);
const LOG = Array.from({ length: 80 }, (_, n) =>
  Array.from({ length: 40 }, (_, s) => s).flatMap((s) =>
    (s * 7 + n * 5 + ((s * n) % 11)) % 3 && (s % 5 || n < 20 + s)
      ? [`${day(n)},s${s},${1 + ((s + n) % 9)},${(s * n) % 40}.5`]
      : [],
  ),
).flat();

async function load(store: Store, name: string, lines: string[]) {
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, `${["DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_DATA_VOLUME", ...lines].join("\n")}\n`);
  const file = { path, format: "csv" as const, delimiter: ",", sha256: `${name}-${stores}`, rows: lines.length };
  await loadFile(store, file, loadOptions.parse({}));
}
async function loaded(lines: string[]): Promise<Store> {
  const store = openStore({ path: join(folder, `${stores++}.duckdb`) });
  await load(store, `log-${stores}`, lines);
  return store;
}

const OPTIONS: FeatureOptions = {
  ...{ data_dir: folder, set: "standard", windows: [7, 14], horizon: 7, snapshot_every: 7 },
  ...{ start_date: day(20), custom: { busiest: "max(DP_DATA_VOLUME)", all_time: "sum(ln(1 + DP_DATA_VOLUME))" } },
};
const build = (store: Store, options: FeatureOptions = {}) => buildFeatures(store, { ...OPTIONS, ...options });
const snapshots = (store: Store) =>
  store.lease((db) =>
    db.rows(`SELECT * REPLACE (CAST("Date" AS VARCHAR) AS "Date") FROM Processed_Data ORDER BY "Date", "User"`),
  );

describe("snapshot days of the run before", () => {
  it("are kept when only days after their horizon came in, and all rows are those of a run from nothing", async () => {
    const cut = day(59);
    const store = await loaded(LOG.filter((line) => line < cut));
    const first = await build(store);
    expect(first.kept).toEqual([]);
    await load(
      store,
      "later",
      LOG.filter((line) => line >= cut),
    );
    const second = await build(store, { end_date: day(80) });
    // the days of which the horizon was over are as they were; the others get labels now
    const over = first.days.filter(({ date }) => dayOf(date) + 7 <= dayOf(cut)).map(({ date }) => date);
    expect(second.kept.length).toBeGreaterThan(2);
    expect(over).toEqual(expect.arrayContaining(second.kept));
    expect(second.days.length).toBeGreaterThan(second.kept.length + 1);
    const grown = await snapshots(store);
    const anew = await build(store, { end_date: day(80), reuse: false });
    expect(anew.kept).toEqual([]);
    expect(grown).toEqual(await snapshots(store));
    expect({ ...second, kept: [] }).toEqual(anew);
  });

  it("are made again from the first day on whose past or horizon has changed", async () => {
    const store = await loaded(LOG);
    const first = await build(store);
    const changed = 45;
    await store.lease((db) =>
      db.run(
        `UPDATE DP_CDR_Data SET DP_DATA_VOLUME = DP_DATA_VOLUME + 1 WHERE DP_MSISDN = 's1' AND DP_DATE = (SELECT max(DP_DATE) FROM DP_CDR_Data WHERE DP_MSISDN = 's1' AND DP_DATE <= DATE '${day(changed)}')`,
      ),
    );
    const second = await build(store);
    const dates = first.days.map(({ date }) => date);
    expect(second.kept.length).toBeGreaterThan(0);
    expect(second.kept.every((date) => dayOf(date) + 7 <= dayOf(day(changed)))).toBe(true);
    expect(second.kept).toEqual(dates.slice(0, second.kept.length));
    const grown = await snapshots(store);
    await build(store, { reuse: false });
    expect(grown).toEqual(await snapshots(store));
  });

  it("are made again when somebody touched them, when the plan is another one, and when a day is said not to be covered", async () => {
    const store = await loaded(LOG);
    const { days } = await build(store);
    expect((await build(store)).kept).toHaveLength(days.length);
    const before = await snapshots(store);
    const touched = days[1]?.date ?? "";
    await store.lease((db) =>
      db.run(`UPDATE Processed_Data SET busiest = busiest + 1 WHERE "Date" = DATE '${touched}' AND "User" = 's1'`),
    );
    const mended = await build(store);
    expect(mended.kept).not.toContain(touched);
    expect(mended.kept).toHaveLength(days.length - 1);
    expect(await snapshots(store)).toEqual(before);
    expect((await build(store, { custom: {} })).kept).toEqual([]);
    expect((await build(store)).kept).toEqual([]);
    await store.lease((db) => setCovered(db, [day(40)], false));
    const without = await build(store);
    expect(without.kept.every((date) => date < day(40))).toBe(true);
    const grown = await snapshots(store);
    await build(store, { reuse: false });
    expect(grown).toEqual(await snapshots(store));
  });
});
