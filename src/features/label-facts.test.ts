import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { dateOf, dayOf } from "../core/days.js";
import { loadFile } from "../load/load-file.js";
import { loadOptions } from "../load/options.js";
import { openStore, type Store } from "../store/open-store.js";
import { buildFeatures } from "./build-features.js";
import type { FeatureOptions } from "./options.js";

const folder = mkdtempSync(join(tmpdir(), "labels-"));
afterAll(() => rmSync(folder, { recursive: true }));

const FIRST = dayOf("2024-01-01");
const day = (n: number) => dateOf(FIRST + n);

async function loaded(name: string, header: string, lines: string[]): Promise<Store> {
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, `${[header, ...lines].join("\n")}\n`);
  const store = openStore({ path: join(folder, `${name}.duckdb`) });
  const file = { path, format: "csv" as const, delimiter: ",", sha256: name, rows: lines.length };
  await loadFile(store, file, loadOptions.parse({}));
  return store;
}

const build = (store: Store, options: FeatureOptions) =>
  buildFeatures(store, { data_dir: folder, windows: [7], horizon: 5, snapshot_every: 1, ...options });
const labels = (store: Store) =>
  store.lease(async (db) => {
    const rows = await db.rows<{ User: string; label: number | null }>(
      `SELECT "User", M_TENURE_CHURN AS label FROM Processed_Data ORDER BY "User"`,
    );
    return Object.fromEntries(rows.map(({ User, label }) => [User, label]));
  });

/** Forty days of subscribers that each do something else in the five days from the twentieth on. */
const FLAGGED = Array.from({ length: 40 }, (_, n) => {
  const inside = n >= 20 && n < 25;
  return [
    `${day(n)},stays,1,0`,
    ...(inside
      ? [`${day(n)},flagged,0,1`, `${day(n)},idle,0,0`, `${day(n)},unflagged,1,`, `${day(n)},silent rows,0,`]
      : []),
    ...(n < 20 ? ["flagged", "idle", "unflagged", "silent rows", "gone"].map((who) => `${day(n)},${who},1,0`) : []),
  ];
}).flat();

describe("a label that the log gives", () => {
  const on20 = { start_date: day(20), end_date: day(20) };
  it("is that of the flags, or of activity where no row has one; without either it is unknown, and counted", async () => {
    const store = await loaded("flagged", "DP_DATE,DP_MSISDN,DP_MOC_COUNT,PSEUDO_CHURNED", FLAGGED);
    const { plan, labels: facts, notes, days } = await build(store, on20);
    expect(plan).toMatchObject({ label: "given", silent: "unknown" });
    expect(await labels(store)).toEqual({
      ...{ stays: 0, flagged: 1, idle: 0, unflagged: 0 },
      ...{ "silent rows": null, gone: null },
    });
    expect(facts).toMatchObject({ known: 4, churned: 1, unknown: { later: 0, notCovered: 0, unseen: 2 } });
    expect(facts.rule).toContain("unknown where neither a row with the flag nor activity is seen");
    expect(days).toMatchObject([{ snapshots: 6, labelled: 4, churned: 0.25 }]);
    expect(notes.join()).toContain("2 of 6 snapshots (33.3 %) have no label");
    expect(notes.join()).toContain("features.silent");
  });
  it("takes silence for churn when that is asked for, as plans of before do, and says how many", async () => {
    const store = await loaded("leaver", "DP_DATE,DP_MSISDN,DP_MOC_COUNT,PSEUDO_CHURNED", FLAGGED);
    const { plan, labels: facts, notes } = await build(store, { ...on20, silent: "leaver" });
    // a plan without the field is one of before: its hash is what it was
    expect(plan).not.toHaveProperty("silent");
    expect(await labels(store)).toMatchObject({ flagged: 1, "silent rows": 1, gone: 1, idle: 0 });
    expect(facts).toMatchObject({ known: 6, churned: 3, churnedUnseen: 2, unknown: { unseen: 0 } });
    expect(notes.join()).toContain("2 of 3 labels of churn (66.7 %) are no flag, but silence");
  });
});

describe("a derived label", () => {
  it("tells how many are active again after it, by how long they could be watched", async () => {
    // ten subscribers are silent from the twentieth day on: four of them until the thirtieth
    const lines = Array.from({ length: 60 }, (_, n) =>
      Array.from({ length: 30 }, (_, s) => s).flatMap((s) =>
        s < 10 && n >= 20 && (s >= 4 || n < 30) ? [] : [`${day(n)},s${s},1`],
      ),
    ).flat();
    const store = await loaded("returns", "DP_DATE,DP_MSISDN,DP_MOC_COUNT", lines);
    const { labels: facts, notes } = await build(store, { start_date: day(20), end_date: day(20) });
    expect(facts).toMatchObject({
      known: 30,
      churned: 10,
      unknown: { unseen: 0 },
      returns: { subscribers: 10, back: 4 },
    });
    // the horizon is over on day 24, and the four are back on day 30, the sixth after it
    expect(facts.returns?.byDays.map(({ days, share }) => [days, Number(share.toFixed(9))])).toEqual([
      [7, 0.4],
      [14, 0.4],
      [30, 0.4],
      [35, 0.4],
    ]);
    expect(notes.join()).toContain("of 10 subscribers with a label of churn 4 were active again after its horizon");
  });
  it("says when most subscribers pause for longer than the horizon, although the gaps of a few are many and short", async () => {
    const lines = Array.from({ length: 120 }, (_, n) =>
      Array.from({ length: 50 }, (_, s) => s).flatMap((s) =>
        s < 5 || (n + s) % 15 === 0 ? [`${day(n)},s${s},1`] : [],
      ),
    ).flat();
    const store = await loaded("pauses", "DP_DATE,DP_MSISDN,DP_MOC_COUNT", lines);
    const { labels: facts, notes } = await build(store, { windows: [30] });
    expect(facts.gaps).toMatchObject({ median: 1, subscribers: 50, longer: 45 });
    expect(notes.join()).toContain(
      "90.0 % of the subscribers with two active days are silent for longer than the horizon",
    );
  });
});
