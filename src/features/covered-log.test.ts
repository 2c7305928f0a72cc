import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadFile } from "../load/load-file.js";
import { loadOptions } from "../load/options.js";
import { checkStore } from "../store/check-store.js";
import { setCovered } from "../store/coverage/coverage.js";
import { openStore, type Store } from "../store/open-store.js";
import { buildFeatures } from "./build-features.js";
import type { FeatureOptions } from "./options.js";

const folder = mkdtempSync(join(tmpdir(), "covered-"));
let stores = 0;

/** 90 days of 200 subscribers, some of whom leave. */
const LOG = Array.from({ length: 90 }, (_, d) => {
  const day = new Date(Date.UTC(2024, 0, 1 + d)).toISOString().slice(0, 10);
  return Array.from({ length: 200 }, (_, s) => s).flatMap((s) =>
    (s * 7 + d * 5 + ((s * d) % 11)) % 4 && (s % 5 || d < 20 + (s % 60))
      ? [`${day},s${s},${1 + ((s + d) % 9)},${(s * d) % 40}`]
      : [],
  );
}).flat();

async function loaded(lines: string[]): Promise<Store & { notes: string[] }> {
  const name = `${stores++}`;
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, `${["DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_DATA_VOLUME", ...lines].join("\n")}\n`);
  const store = openStore({ path: join(folder, `${name}.duckdb`) });
  const file = { path, format: "csv" as const, delimiter: ",", sha256: name, rows: lines.length };
  const { notes } = await loadFile(store, file, loadOptions.parse({}));
  return Object.assign(store, { notes });
}

const build = (store: Store, options: FeatureOptions = {}) => buildFeatures(store, { data_dir: folder, ...options });
const snapshots = (store: Store, where = "true") =>
  store.lease((db) =>
    db.rows(
      `SELECT * EXCLUDE (plan_hash) REPLACE (CAST("Date" AS VARCHAR) AS "Date") FROM Processed_Data WHERE ${where} ORDER BY "Date", "User"`,
    ),
  );

describe("a log with a stray date", () => {
  it.each([["2026-11-20"], ["1970-02-01"], ["2024-03-31"]])(
    "has the features and labels of the log without it (%s)",
    async (day) => {
      const plain = await loaded(LOG);
      await build(plain);
      const stray = await loaded([...LOG, `${day},s5,1,1`]);
      expect(stray.notes.join()).toContain(day);
      const { notes } = await build(stray);
      expect(notes.join()).toContain(`${day} (`);
      expect(await snapshots(stray)).toEqual(await snapshots(plain));
    },
  );
});

describe("a log with missing days", () => {
  const GAP = LOG.filter((line) => !/^2024-03-0[345]/.test(line));
  const options = { horizon: 3, snapshot_every: 1 };

  it("makes no label of days that are not there, and no snapshot on one", async () => {
    const store = await loaded(GAP);
    expect(store.notes.join()).toMatch(/3 days are not covered .*2024-03-03 … 2024-03-05 \(no rows\)/);
    const { days } = await build(store, options);
    const dates = days.map(({ date }) => date);
    expect(dates).toContain("2024-03-02");
    for (const day of ["2024-03-03", "2024-03-04", "2024-03-05"]) expect(dates).not.toContain(day);
    // the horizon of 2 March is 2, 3 and 4 March: known is who was seen on the 2nd
    const [last] = await store.lease((db) =>
      db.rows(
        `SELECT count(*) AS n, count(M_TENURE_CHURN) AS known, sum(M_TENURE_CHURN) AS churned FROM Processed_Data WHERE "Date" = '2024-03-02'`,
      ),
    );
    expect(last?.churned).toBe(0);
    expect(last?.known).toBeGreaterThan(0);
    expect(last?.known).toBeLessThan(last?.n as number);
    const usual = days
      .filter(({ date }) => date > "2024-03-08" && date < "2024-03-25")
      .map(({ churned }) => churned ?? 0);
    expect(Math.max(...usual)).toBeLessThan(0.35);
  });

  it("lets silence over a month tell who left, though one of its days is not there", async () => {
    const one = LOG.filter((line) => !line.startsWith("2024-03-04"));
    const rates = async (lines: string[]) =>
      (await build(await loaded(lines), { horizon: 20, snapshot_every: 4, windows: [7, 14] })).days
        .filter(({ date }) => date > "2024-02-14" && date <= "2024-03-03")
        .map(({ snapshots, labelled, churned }) => ({ all: labelled / snapshots, churned: churned ?? 0 }));
    const [gap, whole] = [await rates(one), await rates(LOG)];
    expect(gap.map(({ all }) => all)).toEqual(gap.map(() => 1));
    for (const [i, { churned }] of gap.entries()) expect(Math.abs(churned - whole[i].churned)).toBeLessThan(0.05);
  });

  it("counts them as silence in no feature: windows go by days that are there", async () => {
    // the log is the same but for three days cut out of time
    const cut = LOG.flatMap((line) => {
      const day = Math.round(Date.parse(line.slice(0, 10)) / 86_400_000) - 19_723;
      if (day >= 62 && day < 65) return [];
      const moved = day < 62 ? day + 3 : day;
      return [`${new Date((19_723 + moved) * 86_400_000).toISOString().slice(0, 10)}${line.slice(10)}`];
    });
    const [gap, whole] = [await loaded(GAP), await loaded(cut)];
    const one = { start_date: "2024-03-12", end_date: "2024-03-12", snapshot_every: 1 };
    await build(gap, one);
    await build(whole, one);
    // days of the week are those of the calendar
    const without = async (store: Store) => (await snapshots(store)).map(({ weekday_change, ...row }) => row);
    expect(await without(gap)).toEqual(await without(whole));
    expect((await snapshots(gap)).length).toBeGreaterThan(150);
  });

  it("takes them for silence when somebody says that they are covered", async () => {
    const store = await loaded(GAP);
    await store.lease((db) => setCovered(db, ["2024-03-03", "2024-03-04", "2024-03-05"], true));
    const { days, notes } = await build(store, options);
    expect(days.find(({ date }) => date === "2024-03-03")).toMatchObject({ churned: 1 });
    expect(notes.join()).not.toContain("not covered");
    expect((await checkStore(store)).notes).toEqual([]);
    await store.lease((db) => setCovered(db, ["2024-03-03"], null));
    expect((await checkStore(store)).notes.join()).toMatch(/1 day is not covered .*2024-03-03/);
  });
});

describe("a derived label that says little", () => {
  it("is told where most churn, or where the horizon is shorter than the usual pause", async () => {
    const rare = Array.from({ length: 120 }, (_, d) =>
      new Date(Date.UTC(2024, 0, 1 + d)).toISOString().slice(0, 10),
    ).flatMap((day, d) =>
      Array.from({ length: 400 }, (_, s) => s).flatMap((s) => ((s * 7 + d) % 20 === 0 ? [`${day},s${s},1,1`] : [])),
    );
    const { notes } = await build(await loaded(rare), { horizon: 7 });
    expect(notes.join("\n")).toMatch(/\d\d % of the labels are churn/);
    expect(notes.join("\n")).toMatch(/gaps between two active days of a subscriber are of 20 days and more/);
    const usual = await build(await loaded(LOG));
    expect(usual.notes).toEqual([]);
  });
});
