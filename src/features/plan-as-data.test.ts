import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadFile } from "../load/load-file.js";
import { loadOptions } from "../load/options.js";
import { inMemory } from "../store/memory-database.js";
import { openStore, type Store } from "../store/open-store.js";
import { buildFeatures, type FeatureResult } from "./build-features.js";
import { explainPlan, explanationText } from "./explain-plan.js";
import type { FeatureOptions } from "./options.js";
import { validateFeatures } from "./validate-features.js";

const LOG = new URL("../../test/fixtures/features/log.csv", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "plan-"));
afterAll(() => rmSync(folder, { recursive: true }));
const DAY = "2024-02-19";
const options: FeatureOptions = { data_dir: folder, start_date: DAY, end_date: DAY, snapshot_every: 1 };
let store: Store;
let built: FeatureResult;

beforeAll(async () => {
  store = openStore({ path: join(folder, "log.duckdb") });
  const log = { path: LOG, format: "csv" as const, delimiter: ",", sha256: "fixture", rows: 595 };
  await loadFile(store, log, loadOptions.parse({}));
  built = await buildFeatures(store, { ...options, set: "behaviour" });
});

const values = (columns: string) =>
  store.lease((db) => db.rows(`SELECT ${columns} FROM Processed_Data ORDER BY "User"`));

describe("explainPlan", () => {
  it("says of each feature what it is, in words and in SQL that computes it", async () => {
    const { features, label, sources, hash } = explainPlan(built.plan);
    expect(hash).toBe(built.planHash);
    expect(label).toContain("does nothing within 14 days");
    expect(sources[0]?.columns).toContain("DP_DATA_VOLUME");
    for (const { title, meaning, sql, name } of features) {
      expect(meaning, name).toMatch(/^.{10,}\.$/);
      expect(title.length, name).toBeGreaterThan(5);
      expect(sql, name).not.toMatch(/\bm\d|stretch|1000000|undefined/);
    }
    // the SQL that is shown is that of a feature of one's own which gives the same
    const custom = Object.fromEntries(features.map(({ name, sql }) => [`own_${name}`, sql]));
    const before = await values(features.map(({ name }) => `"${name}"`).join(", "));
    await buildFeatures(store, { ...options, set: "behaviour", custom });
    const after = await values(features.map(({ name }) => `"own_${name}" AS "${name}"`).join(", "));
    expect(after).toHaveLength(before.length);
    for (const [index, row] of before.entries()) {
      for (const [name, value] of Object.entries(row)) {
        const own = after[index]?.[name];
        if (typeof value !== "number") expect(own, name).toBe(value);
        else
          expect(Math.abs(Number(own) - value), `${name}: ${own} ≠ ${value}`).toBeLessThan(
            1e-6 * Math.max(1, Math.abs(value)),
          );
      }
    }
  });
  it("has a text for a terminal, for every set", async () => {
    for (const set of ["standard", "legacy"] as const) {
      const { plan } = await buildFeatures(store, { ...options, set });
      const text = explanationText(explainPlan(plan));
      for (const { name } of plan.features) expect(text).toContain(`\n${name}\n`);
      expect(text).not.toMatch(/undefined|\[object/);
    }
  });
});

describe("features.plan_file", () => {
  const path = join(folder, "plan.json");
  it("is written where there is none, and then used as it is, which is said", async () => {
    const custom = { days: "count(*)" };
    const first = await buildFeatures(store, { ...options, custom, plan_file: path });
    expect(first.notes.join()).not.toContain("the plan is that of");
    const second = await buildFeatures(store, { ...options, horizon: 30, windows: [3], plan_file: path });
    expect(second.plan).toEqual(first.plan);
    expect(second.planHash).toBe(first.planHash);
    expect(second.notes.join()).toContain("unlike the settings it has horizon 14");
  });
  it("is refused when it was changed under its hash, and taken when the hash is taken out", async () => {
    const file = JSON.parse(readFileSync(path, "utf8"));
    file.plan.horizon = 21;
    writeFileSync(path, JSON.stringify(file));
    await expect(buildFeatures(store, { ...options, plan_file: path })).rejects.toMatchObject({
      code: "BAD_INPUT",
      message: expect.stringContaining(`has the hash ${file.hash}`),
    });
    delete file.hash;
    writeFileSync(path, JSON.stringify(file));
    expect((await buildFeatures(store, { ...options, plan_file: path })).plan.horizon).toBe(21);
  });
  it.each([
    ["horizon", (plan: Record<string, unknown>) => ({ ...plan, horizon: "14; DROP TABLE x" }), /horizon/],
    [
      "window",
      (plan: Record<string, unknown>) => ({
        ...plan,
        features: [{ name: "a", kind: "sum", measure: "M_Data_Sum", window: "7) OR (1=1" }],
      }),
      /features\.0\.window/,
    ],
    [
      "measure",
      (plan: Record<string, unknown>) => ({
        ...plan,
        features: [{ name: "a", kind: "sum", measure: "other", window: 7 }],
      }),
      /none of its measures/,
    ],
    [
      "names",
      (plan: Record<string, unknown>) => ({
        ...plan,
        features: [
          { name: "a", kind: "repeat_days" },
          { name: "A", kind: "repeat_days" },
        ],
      }),
      /twice/,
    ],
  ])("holds plain values: a wrong %s is refused", async (_, change, fault) => {
    const other = join(folder, "odd.json");
    writeFileSync(other, JSON.stringify({ plan: change({ ...built.plan }) }));
    await expect(buildFeatures(store, { ...options, plan_file: other })).rejects.toMatchObject({
      code: "BAD_INPUT",
      message: expect.stringMatching(fault),
    });
  });
});

describe("validateFeatures", () => {
  const copy = (name: string, select: string) => {
    const file = join(folder, name);
    return inMemory(async (db) => {
      await db.run(`COPY (SELECT ${select} FROM read_parquet('${built.parquet}')) TO '${file}'`);
      return file;
    });
  };
  it("finds a table of the plan to be one, with the store and without", async () => {
    const alone = await validateFeatures(built.parquet, built.plan);
    expect(alone).toMatchObject({ ok: true, rows: built.snapshots, days: [DAY], keys: null, values: null });
    const compared = await validateFeatures(built.parquet, built.plan, { store });
    expect(compared.ok).toBe(true);
    expect(compared.keys).toEqual({ compared: built.snapshots, onlyInFile: 0, onlyByPlan: 0, labels: 0 });
    expect(compared.values?.every(({ differ }) => differ === 0)).toBe(true);
  });
  it("tells which values differ, how many and by how much", async () => {
    const file = await copy(
      "off.parquet",
      `* EXCLUDE (M_Data_Sum_slope_30d) REPLACE (CASE WHEN "User" = 's02' THEN NULL ELSE active_days_7d + 1 END AS active_days_7d, -M_Data_Sum_sum_7d - 1 AS M_Data_Sum_sum_7d)`,
    );
    const found = await validateFeatures(file, built.plan, { store });
    expect(found.ok).toBe(false);
    const check = (name: string) => found.checks.find((each) => each.check.startsWith(name));
    expect(check("every feature of the plan")).toMatchObject({
      ok: false,
      faults: 1,
      examples: ["M_Data_Sum_slope_30d"],
    });
    expect(check("values lie in the range")?.examples.join()).toMatch(/M_Data_Sum_sum_7d: \d+ rows outside 0/);
    const days = found.values?.find(({ feature }) => feature === "active_days_7d");
    expect(days).toMatchObject({
      compared: built.snapshots,
      differ: built.snapshots,
      missingInFile: 1,
      missingByPlan: 0,
      largest: 1,
    });
    expect(found.checks[0]?.ok).toBe(false);
  });
  it("tells who and which keys are wrong", async () => {
    const file = await copy(
      "keys.parquet",
      `* REPLACE (CASE WHEN "User" = 's02' THEN 'nobody' ELSE "User" END AS "User")`,
    );
    const found = await validateFeatures(file, built.plan, { store });
    expect(found.keys).toMatchObject({ onlyInFile: 1, onlyByPlan: 1 });
    const twice = await copy("twice.parquet", `* REPLACE ('s02' AS "User")`);
    const check = (await validateFeatures(twice, built.plan)).checks.find((each) => /twice/.test(each.check));
    expect(check).toMatchObject({ ok: false, faults: built.snapshots - 1 });
    await expect(validateFeatures(join(folder, "none.parquet"), built.plan)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    const keyless = await copy("keyless.parquet", `active_days_7d`);
    await expect(validateFeatures(keyless, built.plan)).rejects.toThrow(/has no column User/);
  });
});
