import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toySnapshots } from "../../test/fixtures/training/toy-snapshots.js";
import { loadModel, saveModel } from "./artifact.js";
import { checkGate, requireGate } from "./check-gate.js";
import type { Dataset } from "./dataset.js";
import { decilesByDay, scoreDataset } from "./score-dataset.js";
import { type TrainResult, trainModel } from "./train-model.js";

const createdAt = "2026-03-01T10:00:00.000Z";
const options = {
  engine: "forest" as const,
  num_trees: [15],
  max_depth: [5],
  bootstrap_rounds: 50,
  permutation_repeats: 1,
  threads: 1,
};
const plan = { hash: "a1b2c3", definition: { windows: [7, 14] } };
const dataset: Dataset = { ...toySnapshots({ subscribers: 500 }), plan };
let result: TrainResult;
let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "artifact-"));
  path = join(folder, "model.json");
  result = await trainModel(dataset, options);
  await saveModel(path, result.model, { createdAt });
});
afterAll(() => rm(folder, { recursive: true }));

describe("saveModel and loadModel", () => {
  it("give back a model of the same version, plan and probabilities, and the day it was made", async () => {
    const model = await loadModel(path);
    expect(model.version).toBe(result.model.version);
    expect(model.facts).toEqual(result.model.facts);
    expect(model.facts.plan).toEqual(plan.definition);
    expect(model.createdAt).toBe(createdAt);
    const table = { names: dataset.features, columns: dataset.columns };
    expect(model.predict(table)).toEqual(result.model.predict(table));
  });
  it("write the same bytes again, whoever loaded the model in between", async () => {
    const copy = join(folder, "copy.json");
    await saveModel(copy, await loadModel(path), { createdAt });
    expect(await readFile(copy)).toEqual(await readFile(path));
    expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
  it("write a card that tells data, plan, seed, parameters, metrics and date", async () => {
    const card = await readFile(join(folder, "model.md"), "utf8");
    for (const text of [
      result.model.version,
      createdAt,
      result.model.facts.data_hash,
      "a1b2c3",
      "num_trees 15",
      "churn within 14 days",
      result.metrics.roc_auc.value!.toFixed(4),
      "logistic regression",
      "Split by time and subscriber",
    ])
      expect(card).toContain(text);
    expect(card).not.toMatch(/NaN|undefined|\[object/);
  });
  it("the version depends on the model, not on the clock", async () => {
    const later = join(folder, "later.json");
    const saved = await saveModel(later, result.model, { createdAt: "2027-01-01T00:00:00.000Z" });
    expect(saved.modelVersion).toBe(result.model.version);
    expect(saved.modelVersion).toMatch(/^[0-9a-f]{12}$/);
  });
  it("refuse a damaged, a changed, a foreign, a newer and an absent file, each by name", async () => {
    const text = await readFile(path, "utf8");
    const bad = async (content: string) => {
      const file = join(folder, "bad.json");
      await writeFile(file, content);
      return loadModel(file);
    };
    const damaged = { code: "MODEL_DAMAGED" };
    await expect(bad(text.slice(0, text.length / 2))).rejects.toMatchObject({
      ...damaged,
      message: expect.stringMatching(/bad\.json" is not JSON: the file is cut off/),
    });
    const threshold = text.replace(/"threshold": 0\.\d+/, '"threshold": 0.01');
    expect(threshold).not.toBe(text);
    await expect(bad(threshold)).rejects.toThrow(/was changed since it was saved/);
    await expect(bad('{"name": "RFClassifier"}')).rejects.toThrow(/is not a model of the workbench/);
    await expect(bad("null")).rejects.toThrow(/is not a model of the workbench/);
    await expect(bad(text.replace('"format_version": 1', '"format_version": 2'))).rejects.toThrow(
      /has format 2, this workbench reads up to 1[\s\S]*update churn-workbench/,
    );
    await expect(loadModel(join(folder, "none.json"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(saveModel(join(folder, "model.bin"), result.model, { createdAt })).rejects.toThrow(/saved as .json/);
  });
});

describe("scoreDataset", () => {
  it("scores by name, whatever the order of the columns", () => {
    const back = {
      ...dataset,
      features: [...dataset.features].reverse(),
      columns: [...dataset.columns].reverse(),
    };
    const scores = scoreDataset(result.model, dataset);
    expect(scoreDataset(result.model, back)).toEqual(scores);
    const hold = result.holdout.rows;
    expect(hold.every((row, i) => scores.probability[row] === result.holdout.probability[i])).toBe(true);
    expect(hold.every((row, i) => scores.prediction[row] === result.holdout.prediction[i])).toBe(true);
  });
  it("puts a tenth of each day into each decile, the highest first", () => {
    const { decile, probability } = scoreDataset(result.model, dataset);
    const rows = Array.from(decile, (_, i) => i).filter((i) => dataset.day[i] === 121);
    const top = rows.filter((i) => decile[i] === 1);
    expect(Math.abs(top.length - 50)).toBeLessThan(5);
    const least = Math.min(...top.map((i) => probability[i]));
    for (const i of rows) if (decile[i] > 1) expect(probability[i]).toBeLessThan(least);
  });
  it("gives equal probabilities the same decile", () => {
    const day = Int32Array.of(1, 1, 1, 1, 2);
    expect([...decilesByDay(Float64Array.of(0.5, 0.9, 0.5, 0.1, 0.2), day)]).toEqual([3, 1, 3, 8, 1]);
  });
  it("refuses other features, by name", () => {
    const renamed = { ...dataset, features: dataset.features.map((name) => (name === "calls" ? "sms" : name)) };
    expect(() => scoreDataset(result.model, renamed)).toThrow(/lacks calls and has sms that the model does not know/);
  });
  it("refuses another feature plan, by its hash", () => {
    const other = { ...dataset, plan: { hash: "ffff" } };
    expect(() => scoreDataset(result.model, other)).toThrow(
      /made by feature plan ffff, model \w+ was trained on plan a1b2c3/,
    );
  });
});

describe("checkGate", () => {
  it("passes without gates and without a model in service", () => {
    expect(checkGate(result, dataset)).toMatchObject({ passed: true, failures: [], previousAuc: null });
  });
  it("fails below min_auc, and the error says both numbers", async () => {
    const strict = await trainModel(dataset, { ...options, min_auc: 0.99 });
    const gate = checkGate(strict, dataset);
    expect(gate.passed).toBe(false);
    expect(() => requireGate(gate)).toThrow(
      /ROC AUC 0\.\d+ on the test rows is below min_auc 0.99[\s\S]*in service is kept/,
    );
  });
  it("compares with the model in service on the same test rows, and fails by more than max_drop", async () => {
    const noise = { ...dataset, columns: dataset.columns.map((column, j) => (j < 3 ? column.map(() => 0) : column)) };
    const worse = await trainModel(noise, { ...options, max_drop: 0.05 });
    const gate = checkGate(worse, dataset, result.model);
    expect(gate).toMatchObject({ passed: false, previousOn: "the same test rows" });
    expect(gate.previousAuc).toBeCloseTo(result.metrics.roc_auc.value!, 12);
    expect(() => requireGate(gate)).toThrow(/more than max_drop 0.05 below 0\.\d+ of model/);
    expect(checkGate(await trainModel(dataset, { ...options, max_drop: 0 }), dataset, result.model).passed).toBe(true);
  });
  it("takes the report of a model in service that held out other subscribers", async () => {
    const other = await trainModel(dataset, { ...options, seed: 7, max_drop: 0.5 });
    const gate = checkGate(other, dataset, result.model);
    expect(gate.previousOn).toBe("its own test rows");
    expect(gate.previousAuc).toBe(result.metrics.roc_auc.value);
  });
});
