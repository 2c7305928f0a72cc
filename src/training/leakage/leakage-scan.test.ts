import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dateOf, dayOf } from "../../core/days.js";
import { random } from "../../core/random.js";
import { buildFeatures } from "../../features/build-features.js";
import { loadFile } from "../../load/load-file.js";
import { loadOptions } from "../../load/options.js";
import { openStore, type Store } from "../../store/open-store.js";
import { leakageScan } from "./leakage-scan.js";

const folder = mkdtempSync(join(tmpdir(), "leakage-"));
afterAll(() => rmSync(folder, { recursive: true }));

const FIRST = dayOf("2024-01-01");
const DAYS = 120;
let store: Store;
/** Who falls silent, and on which day. */
const left = new Map<string, number>();

beforeAll(async () => {
  const r = random("leaks");
  const lines: string[] = [];
  for (let s = 0; s < 300; s++) {
    const leaves = r.next() < 0.5 ? 45 + r.int(60) : DAYS;
    if (leaves < DAYS) left.set(`s${s}`, leaves);
    for (let day = 0; day < leaves; day++) {
      // use hardly tells who will leave
      if (r.next() < 0.3) lines.push(`${dateOf(FIRST + day)},s${s},${1 + r.int(5)},${r.int(40)}`);
    }
  }
  const path = join(folder, "log.csv");
  writeFileSync(path, `${["DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_DATA_VOLUME", ...lines].join("\n")}\n`);
  store = openStore({ path: join(folder, "log.duckdb") });
  const file = { path, format: "csv" as const, delimiter: ",", sha256: "log", rows: lines.length };
  await loadFile(store, file, loadOptions.parse({}));
  await buildFeatures(store, {
    data_dir: folder,
    set: "behaviour",
    windows: [7, 14],
    custom: { one: "count(*)", two: { sql: "count(*)", title: "a title of two" } },
  });
});

/** Puts values into columns of the snapshots, as a plan of somebody else might. */
const spoil = (column: string, sql: string) =>
  store.lease((db) => db.run(`UPDATE Processed_Data SET "${column}" = ${sql}`));
const kinds = async () => (await leakageScan(store)).findings.map(({ kind, feature }) => [kind, feature]);

describe("leakageScan", () => {
  it("finds an honest log to be well, and says what it looked at", async () => {
    const { findings, well, features, snapshots, churned } = await leakageScan(store);
    expect(findings).toEqual([]);
    expect(well.join("\n")).toMatch(
      /alone orders churners.*\n.*churners alone\n.*gap.*\n.*number of its subscriber.*\nnone of \d+ subscribers of the test trains\nall days were loaded as history/,
    );
    expect(churned).toBeGreaterThan(30);
    expect(snapshots).toBeGreaterThan(1000);
    expect(features[0]?.auc?.low).toBeLessThan(features[0]?.auc?.auc ?? 0);
  });

  it("names a feature that is too good, and one that is there for churners alone, worst first", async () => {
    await spoil("two", `M_TENURE_CHURN + 0.1 * (hash("User") % 10) / 10`);
    await spoil("one", `CASE WHEN M_TENURE_CHURN = 1 THEN hash("User") % 7 END`);
    const { findings } = await leakageScan(store);
    expect(findings.map(({ kind, feature }) => [kind, feature])).toEqual(
      expect.arrayContaining([
        ["too good", "two"],
        ["after the event", "one"],
      ]),
    );
    expect(findings[0]?.severity).toBe("high");
    expect(findings.find(({ kind }) => kind === "too good")?.text).toMatch(
      /alone it tells churner from stayer in 100.0 % of all pairs/,
    );
    expect(findings.find(({ kind }) => kind === "after the event")?.text).toMatch(
      /where it is present, (\d+) of \1 snapshots/,
    );
    expect(findings.find(({ kind }) => kind === "too good")?.title).toBe("a title of two");
  });

  it("names a gap that tells the label, and numbers of subscribers", async () => {
    await spoil(
      "two",
      `CASE WHEN M_TENURE_CHURN = 1 AND hash("User", "Date") % 10 < 7 THEN NULL ELSE hash("Date") % 5 END`,
    );
    await spoil("one", `CAST(substr("User", 2) AS DOUBLE) + 10000`);
    await spoil("M_Data_Sum_variability_14d", "NULL");
    const found = await kinds();
    expect(found).toContainEqual(["missing tells", "two"]);
    expect(found).toContainEqual(["id", "one"]);
    expect(found.filter(([, feature]) => feature === "M_Data_Sum_variability_14d")).toEqual([]);
  });

  it("counts rows that came later than a snapshot of their day, of batches that came while their days were new", async () => {
    await store.lease((db) => db.run(`UPDATE batches SET committed_at = CAST(last_day + 1 AS TIMESTAMP)`));
    const late = (await leakageScan(store)).findings.find(({ kind }) => kind === "late rows");
    expect(late?.value).toBeGreaterThan(0.9);
    expect(late?.text).toMatch(/came later than the day after their own/);
  });
});
