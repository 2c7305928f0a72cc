import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dateOf, dayOf } from "../core/days.js";
import { random } from "../core/random.js";
import { buildFeatures } from "../features/build-features.js";
import { loadFile } from "../load/load-file.js";
import { loadOptions } from "../load/options.js";
import { rocAuc } from "../statistics/roc-auc.js";
import { openStore, type Store } from "../store/open-store.js";
import { featureCatalogue } from "./feature-catalogue.js";

const folder = mkdtempSync(join(tmpdir(), "catalogue-"));
afterAll(() => rmSync(folder, { recursive: true }));
let store: Store;

beforeAll(async () => {
  const r = random("catalogue");
  const lines: string[] = [];
  for (let s = 0; s < 200; s++) {
    const leaves = r.next() < 0.5 ? 45 + r.int(60) : 120;
    for (let day = 0; day < leaves; day++) {
      // from day 80 on everybody uses five times as much
      const volume = (1 + r.int(40)) * (day >= 80 ? 5 : 1);
      if (r.next() < 0.4) lines.push(`${dateOf(dayOf("2024-01-01") + day)},s${s},${1 + r.int(5)},${volume}`);
    }
  }
  const path = join(folder, "log.csv");
  writeFileSync(path, `${["DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_DATA_VOLUME", ...lines].join("\n")}\n`);
  store = openStore({ path: join(folder, "log.duckdb") });
  const file = { path, format: "csv" as const, delimiter: ",", sha256: "log", rows: lines.length };
  await loadFile(store, file, loadOptions.parse({}));
  const custom = {
    odd: { sql: "max(DP_DATA_VOLUME)", meaning: "The <largest> day & more.", unit: "MB" },
    none: "max(DP_DATA_VOLUME) FILTER (WHERE age < 0)",
  };
  await buildFeatures(store, { data_dir: folder, set: "behaviour", windows: [7, 14], custom });
});

describe("featureCatalogue", () => {
  it("tells of each feature what it is, how it is spread, what it says alone and whether it moved", async () => {
    const found = await featureCatalogue(store, { file: join(folder, "features.html") });
    expect(found.training.why).toContain("no model is in service");
    expect(found.now?.firstDay).toMatch(/^2024-03/);
    const entry = (name: string) => found.features.find((each) => each.name === name);
    const volume = entry("M_Data_Sum_sum_7d");
    expect(volume?.drift).toMatchObject({ hasMoved: true });
    // leavers change the people, and with them the calls, but less
    expect(entry("M_Out_Call_Count_sum_7d")?.drift?.value).toBeLessThan((volume?.drift?.value ?? 0) / 2);
    expect(volume?.histogram?.training.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(0.98);
    const { label, value } = await store.lease(async (db) => {
      const rows = await db.rows<{ label: number; value: number }>(
        `SELECT M_TENURE_CHURN AS label, "M_Data_Sum_sum_7d" AS value FROM Processed_Data WHERE M_TENURE_CHURN IS NOT NULL`,
      );
      return { label: rows.map((row) => row.label), value: rows.map((row) => row.value) };
    });
    expect(volume?.auc?.auc).toBeCloseTo(rocAuc(label, value) ?? 0, 12);
    expect(entry("none")).toMatchObject({ missing: 1, histogram: null, drift: null, auc: null, median: null });
    const strengths = found.features.map(({ auc }) => (auc ? Math.abs(auc.auc - 0.5) : -1));
    expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
  });

  it("writes a page that needs no network, with every feature and nothing undefined", async () => {
    const { file, features } = await featureCatalogue(store, { file: join(folder, "features.html") });
    const page = readFileSync(file, "utf8");
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)|NaN|undefined|\[object/);
    for (const { name } of features) expect(page).toContain(`id="${name}"`);
    expect(page).toContain("The &lt;largest&gt; day &amp; more.");
    expect(page).toMatch(/\d+ features have moved since training/);
    expect(page).toContain("prefers-color-scheme:dark");
  });
});
