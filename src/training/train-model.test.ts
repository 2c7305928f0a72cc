import { beforeAll, describe, expect, it } from "vitest";
import { toySnapshots } from "../../test/fixtures/training/toy-snapshots.js";
import type { Progress } from "../core/progress.js";
import { random } from "../core/random.js";
import { rocAuc } from "../statistics/roc-auc.js";
import { type Dataset, pickRows } from "./dataset.js";
import { type TrainResult, trainModel } from "./train-model.js";

const quick = {
  engine: "forest" as const,
  class_weight: "balanced" as const,
  num_trees: [10, 20],
  max_depth: [3, 6],
  bootstrap_rounds: 50,
  permutation_repeats: 1,
  threads: 1,
};
/** The grid points of the forest: simple rules are in the table, too. */
const points = ({ search }: Pick<TrainResult, "search">) => search.filter((row) => row.parameters.engine === "forest");
const shuffle = (dataset: Dataset) => {
  const r = random("order");
  const rows = Int32Array.from(dataset.label, (_, i) => i);
  const key = Float64Array.from(rows, () => r.next());
  rows.sort((a, b) => key[a] - key[b]);
  return { rows, dataset: pickRows(dataset, rows) };
};

describe("trainModel", () => {
  const dataset = toySnapshots({ subscribers: 800 });
  let result: TrainResult;
  beforeAll(async () => {
    result = await trainModel(dataset, quick);
  });

  it("finds what tells of churn, and beats recency and the base rate on the test rows", () => {
    expect(result.metrics.roc_auc.value).toBeGreaterThan(0.74);
    const gain = Object.fromEntries(result.candidates.map(({ name, gain }) => [name, gain?.roc_auc.value ?? 0]));
    expect(gain["base rate"]).toBeGreaterThan(0.2);
    expect(gain.recency).toBeGreaterThan(0);
    const first = result.importances.slice(0, 3).map((row) => row.feature);
    expect(first.sort()).toEqual(["calls", "days_since_last_activity", "trend"]);
  });
  it("tests on rows that are in no fold, of subscribers and days that trained nothing", () => {
    const trained = new Set(Array.from(result.split.train, (row) => dataset.subscriber[row]));
    for (const row of result.holdout.rows) expect(trained.has(dataset.subscriber[row])).toBe(false);
    const outcome = Math.max(...Array.from(result.split.train, (row) => dataset.day[row] + dataset.horizon));
    expect(outcome).toBeLessThanOrEqual(Math.min(...Array.from(result.holdout.rows, (row) => dataset.day[row])));
  });
  it("gives the hold-out as the model scores it, and metrics of just that", () => {
    const { rows, probability, prediction, label } = result.holdout;
    const test = pickRows(dataset, rows);
    expect(result.model.predict({ names: test.features, columns: test.columns })).toEqual(probability);
    expect([...label]).toEqual([...test.label]);
    expect([...prediction]).toEqual(Array.from(probability, (p) => Number(p >= result.model.threshold)));
    expect(result.metrics.roc_auc.value).toBe(rocAuc(label, probability));
    const { low, value, high } = result.metrics.roc_auc;
    expect(low!).toBeLessThan(value!);
    expect(high!).toBeGreaterThan(value!);
  });
  it("tries the whole grid, and chooses the least calibrated log loss over the folds", () => {
    expect(points(result).map((row) => [row.parameters.num_trees, row.parameters.max_depth])).toEqual([
      [10, 3],
      [10, 6],
      [20, 3],
      [20, 6],
    ]);
    const best = result.search.find((row) => row.chosen)!;
    expect(best.parameters).toEqual(result.best);
    expect(best.logLoss).toBe(Math.min(...points(result).map((row) => row.logLoss!)));
    for (const row of result.search) {
      expect(row.foldAuc).toHaveLength(3);
      expect(row.meanAuc).toBeCloseTo(row.foldAuc.reduce((a, b) => a + b) / 3, 14);
    }
  });
  it("calibrates away what class weights do to the probabilities", () => {
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
    const { score, probability, label } = result.holdout;
    expect(mean(score)).toBeGreaterThan(2 * mean(label));
    expect(Math.abs(mean(probability) - mean(label))).toBeLessThan(0.04);
    expect(rocAuc(label, probability)).toBe(rocAuc(label, score));
  });
  it("gives the same model to the bit for the same seed, in any order of rows and with any number of threads", async () => {
    const mixed = shuffle(dataset);
    const again = await trainModel(mixed.dataset, { ...quick, threads: 2 });
    expect(again.model.toText()).toBe(result.model.toText());
    expect(again.model.version).toBe(result.model.version);
    expect(again.holdout.rows.map((row) => mixed.rows[row])).toEqual(result.holdout.rows);
    expect(again.holdout.probability).toEqual(result.holdout.probability);
    const other = await trainModel(dataset, { ...quick, seed: 43 });
    expect(other.model.version).not.toBe(result.model.version);
  });
  it("learns nothing from the test rows: other features and labels there leave trees, threshold and calibration alone", async () => {
    const changed: Dataset = {
      ...dataset,
      label: dataset.label.slice(),
      columns: dataset.columns.map((column) => column.slice()),
    };
    const trains = new Set(result.split.train);
    for (let row = 0; row < changed.label.length; row++) {
      if (trains.has(row)) continue;
      changed.label[row] = 1 - changed.label[row];
      for (const column of changed.columns) column[row] = -column[row] * 1000 + 7;
    }
    const { model } = await trainModel(changed, quick);
    const { report: _, data_hash: hash, ...facts } = model.facts;
    const { report: __, data_hash: before, ...own } = result.model.facts;
    expect(facts).toEqual(own);
    expect(hash).not.toBe(before);
    expect(model.trees.toJSON()).toEqual(result.model.trees.toJSON());
  });
  it("weighs classes, not rows: without weights the ranking is as good and the scores are probabilities", async () => {
    const plain = await trainModel(dataset, { ...quick, class_weight: "none", calibration: "none" });
    expect(plain.metrics.ece.value).toBeLessThan(0.06);
    expect(Math.abs(plain.metrics.roc_auc.value! - result.metrics.roc_auc.value!)).toBeLessThan(0.03);
    expect(plain.holdout.probability).toEqual(plain.holdout.score);
  });
  it("takes one snapshot day, and says that the split is by subscriber only", async () => {
    const one = toySnapshots({ subscribers: 1500, days: [100] });
    const { notes, metrics } = await trainModel(one, quick);
    expect(notes[0]).toMatch(/split by subscriber only, because there are 1 labelled snapshot days/);
    expect(metrics.roc_auc.value).toBeGreaterThan(0.65);
  });
  it("leaves rows without a label out, and counts them", async () => {
    const label = dataset.label.map((y, i) => (dataset.day[i] === 135 ? Number.NaN : y));
    const { split } = await trainModel({ ...dataset, label }, quick);
    expect(split.dropped.unlabelled).toBe(800);
    for (const row of [...split.train, ...split.test]) expect(dataset.day[row]).toBeLessThan(135);
  });
  it("takes a list of features a split and of leaf sizes into the grid", async () => {
    const result = await trainModel(dataset, {
      ...quick,
      num_trees: [10],
      max_depth: [4],
      max_features: ["sqrt", "all", 0.5],
      min_samples_leaf: [1, 20],
    });
    expect(points(result).map((row) => `${row.parameters.max_features}/${row.parameters.min_samples_leaf}`)).toEqual([
      "sqrt/1",
      "sqrt/20",
      "null/1",
      "null/20",
      "0.5/1",
      "0.5/20",
    ]);
  });
  it("reports the test rows in parts, by snapshot day and by the features that are named", async () => {
    const { segments, holdout } = await trainModel(dataset, { ...quick, segments: ["tariff"] });
    expect(segments.map((row) => `${row.segment} ${row.level}`)).toEqual([
      "snapshot day 1970-05-09",
      "snapshot day 1970-05-16",
      "tariff 0",
      "tariff 1",
      "tariff 2",
      "tariff 3",
      "tariff missing",
    ]);
    const rows = (segment: string) =>
      segments.filter((row) => row.segment === segment).reduce((sum, row) => sum + row.rows, 0);
    expect([rows("snapshot day"), rows("tariff")]).toEqual([holdout.rows.length, holdout.rows.length]);
    await expect(trainModel(dataset, { ...quick, segments: ["tarif"] })).rejects.toThrow(/did you mean "tariff"/);
  });
  it("takes every other parameter of the forest into the grid when it is named", async () => {
    const result = await trainModel(dataset, {
      ...quick,
      num_trees: [10],
      max_depth: [4],
      min_samples_split: [2, 100],
      max_samples: [0.3, 1],
      criterion: ["entropy", "gini"],
    });
    const search = points(result);
    expect(search).toHaveLength(8);
    expect(new Set(search.map((row) => row.meanAuc)).size).toBe(8);
    expect(Object.keys(result.best)).toEqual([
      "engine",
      "num_trees",
      "max_depth",
      "max_features",
      "min_samples_leaf",
      "min_samples_split",
      "max_samples",
      "criterion",
    ]);
    const all = search.filter((row) => row.parameters.max_samples === 1 && row.parameters.min_samples_split === 2);
    const plain = await trainModel(dataset, { ...quick, num_trees: [10], max_depth: [4] });
    expect(all[0].meanAuc).toBe(points(plain)[0].meanAuc);
  });
  it("takes folds by time, and calibrates on the rows that those measure", async () => {
    const long = toySnapshots({ subscribers: 800, days: [0, 14, 28, 42, 56, 70, 84, 98, 112] });
    const { search, metrics } = await trainModel(long, { ...quick, fold_by: "time" });
    expect(search[0].foldAuc).toHaveLength(3);
    expect(metrics.roc_auc.value).toBeGreaterThan(0.74);
    expect(metrics.ece.value).toBeLessThan(0.06);
  });
  it("gives up grid points that are far behind after two folds, and says so in the table", async () => {
    const grid = { ...quick, num_trees: [20], max_depth: [4], min_samples_leaf: [5, 900], folds: 4 };
    const whole = await trainModel(dataset, grid);
    const { search, best, model } = await trainModel(dataset, { ...grid, drop_behind: 0.05 });
    const [small, large] = points(whole);
    expect(small.meanAuc - large.meanAuc).toBeGreaterThan(0.1);
    expect(points({ search }).map((row) => [row.dropped, row.foldAuc.length])).toEqual([
      [false, 4],
      [true, 2],
    ]);
    expect(best).toEqual(whole.best);
    expect(model.trees.toJSON()).toEqual(whole.model.trees.toJSON());
  });
  it("chooses the simplest of equal points", async () => {
    const flat = { ...dataset, columns: dataset.columns.map((column) => column.map(() => 1)) };
    const { best, metrics } = await trainModel(flat, { ...quick, permutation_repeats: 0 });
    expect(best).toMatchObject({ num_trees: 10, max_depth: 3 });
    expect(metrics.roc_auc.value).toBe(0.5);
  });
  it("takes a threshold that is given, and moves the others by costs", async () => {
    const given = await trainModel(dataset, { ...quick, threshold: 0.4 });
    expect(given.model.threshold).toBe(0.4);
    const careful = await trainModel(dataset, { ...quick, threshold: "cost", cost_missed: 50 });
    const sparing = await trainModel(dataset, { ...quick, threshold: "cost", cost_missed: 1 });
    expect(careful.model.threshold).toBeLessThan(sparing.model.threshold);
    const paying = await trainModel(dataset, { ...quick, threshold: "profit", success_rate: 0 });
    expect(paying.holdout.prediction.every((p) => p === 0)).toBe(true);
    expect(paying.metrics.precision).toEqual({
      value: null,
      low: null,
      high: null,
      reason: "no row is predicted to churn",
    });
  });
  it("reports fits and trees, and stops when the signal aborts", async () => {
    const seen: Progress[] = [];
    await trainModel(dataset, quick, { onProgress: (progress) => seen.push(progress) });
    const fits = seen.filter((progress) => progress.task === "cross-validation");
    expect(fits[0]).toEqual({ task: "cross-validation", done: 0, total: 27, unit: "fits" });
    expect(fits.at(-1)!.done).toBe(27);
    expect(new Set(seen.map((progress) => progress.task))).toContain("permutation importance");
    const stop = new AbortController();
    const stopped = trainModel(dataset, quick, {
      signal: stop.signal,
      onProgress: ({ done }) => done >= 4 && stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});

describe("trainModel refuses", () => {
  const dataset = toySnapshots({ subscribers: 60 });
  it.each([
    [
      "one class",
      { ...dataset, label: dataset.label.map(() => 0) },
      "NO_DATA",
      /needs both classes: it has \d+ rows, 0 of/,
    ],
    [
      "a label of 2",
      { ...dataset, label: dataset.label.map(() => 2) },
      "BAD_INPUT",
      /label must be 0, 1 or NaN, row 0 has 2/,
    ],
    [
      "an infinite value",
      { ...dataset, columns: [dataset.columns[0].map(() => Number.POSITIVE_INFINITY), ...dataset.columns.slice(1)] },
      "BAD_INPUT",
      /feature "days_since_last_activity" is Infinity in row 0/,
    ],
    [
      "a missing column",
      { ...dataset, columns: dataset.columns.slice(1) },
      "BAD_INPUT",
      /8 feature names for 7 columns/,
    ],
    [
      "a feature twice",
      { ...dataset, features: dataset.features.map(() => "a") },
      "BAD_INPUT",
      /feature "a" is given twice/,
    ],
    [
      "a snapshot twice",
      { ...dataset, subscriber: dataset.subscriber.map(() => "sub-1") },
      "BAD_INPUT",
      /subscriber sub-1 has two snapshots of day 1970-04-11/,
    ],
    ["too few churners for the folds", toySnapshots({ subscribers: 8, seed: 3 }), "NO_DATA", /churned|folds/],
  ])("%s", async (_, data, code, message) => {
    await expect(trainModel(data, quick)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
  it("an unknown option, naming the nearest", async () => {
    await expect(trainModel(dataset, { num_tree: [5] } as object)).rejects.toThrow(/"num_trees"/);
  });
});
