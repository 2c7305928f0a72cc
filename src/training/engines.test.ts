import { describe, expect, it } from "vitest";
import { toySnapshots } from "../../test/fixtures/training/toy-snapshots.js";
import type { Forest } from "../forest/model/forest.js";
import { ChurnModel } from "./churn-model.js";
import { pickRows } from "./dataset.js";
import type { EngineModel } from "./engines/engine.js";
import { explainRows } from "./explain/explain-rows.js";
import { type TrainResult, trainModel } from "./train-model.js";

/** The grid points of some engines: simple rules are in every table. */
const pointsOf = ({ search }: Pick<TrainResult, "search">, ...engines: string[]) =>
  search.filter((row) => engines.includes(row.parameters.engine));

describe("engine ml-random-forest", () => {
  const dataset = toySnapshots({ subscribers: 450, days: [100], noise: 0, risk: -1 });
  const options = {
    num_trees: [25],
    max_depth: [6],
    min_samples_leaf: [5],
    max_features: ["all" as const],
    bootstrap_rounds: 0,
    permutation_repeats: 1,
    class_weight: "none" as const,
    folds: 2,
  };

  it("ranks as our forest does on small data, and does not depend on our threads", async () => {
    const ours = await trainModel(dataset, { ...options, engine: "forest" });
    const theirs = await trainModel(dataset, { ...options, engine: "ml-random-forest" });
    expect(
      Math.abs(pointsOf(theirs, "ml-random-forest")[0].meanAuc - pointsOf(ours, "forest")[0].meanAuc),
    ).toBeLessThan(0.04);
    expect(Math.abs(theirs.metrics.roc_auc.value! - ours.metrics.roc_auc.value!)).toBeLessThan(0.05);
    expect(theirs.metrics.roc_auc.value).toBeGreaterThan(0.65);
    expect(theirs.importances.every((row) => row.gain === null && row.permutation !== null)).toBe(true);

    // a vote a tree: all scores are whole twenty-fifths
    for (const score of theirs.holdout.score) expect(Math.abs(score * 25 - Math.round(score * 25))).toBeLessThan(1e-9);

    const loaded = await ChurnModel.fromJSON(JSON.parse(theirs.model.toText()));
    const table = { names: dataset.features, columns: dataset.columns };
    expect(loaded.predict(table)).toEqual(theirs.model.predict(table));
    const again = await trainModel(dataset, { ...options, engine: "ml-random-forest", threads: 2 });
    expect(again.model.version).toBe(theirs.model.version);
  }, 120_000);
  it("says that it has no class weights", async () => {
    const small = toySnapshots({ subscribers: 120, days: [100], risk: -1 });
    const { notes } = await trainModel(small, {
      ...options,
      engine: "ml-random-forest",
      num_trees: [3],
      class_weight: "balanced",
    });
    expect(notes).toContain("ml-random-forest has no class weights: class_weight was not used");
  });
  it("refuses a parameter that it does not know, or takes for something else", async () => {
    const small = toySnapshots({ subscribers: 120, days: [100], risk: -1 });
    await expect(trainModel(small, { ...options, engine: "ml-random-forest", max_samples: [0.5] })).rejects.toThrow(
      /engine "ml-random-forest" has no max_samples/,
    );
  });
  it("refuses more rows than it can take", async () => {
    const large = toySnapshots({ subscribers: 4000, noise: 0 });
    await expect(trainModel(large, { ...options, engine: "ml-random-forest" })).rejects.toThrow(
      /takes up to 5000 training rows, there are \d+/,
    );
  });
});

describe("engine forest", () => {
  it("takes no limit of depth into the grid, and cuts the other depths from those trees", async () => {
    const dataset = toySnapshots({ subscribers: 300, days: [100], noise: 0 });
    const options = {
      num_trees: [5],
      bootstrap_rounds: 0,
      permutation_repeats: 0,
      folds: 2,
      threads: 1,
      engine: "forest" as const,
    };
    const both = await trainModel(dataset, { ...options, max_depth: ["none", 3] });
    const three = await trainModel(dataset, { ...options, max_depth: [3] });
    expect(pointsOf(both, "forest").map((row) => row.parameters.max_depth)).toEqual([null, 3]);
    expect(pointsOf(both, "forest")[1].foldAuc).toEqual(pointsOf(three, "forest")[0].foldAuc);
  });
});

describe("engine boosting", () => {
  const dataset = toySnapshots({ subscribers: 800 });
  const options = {
    engine: "boosting" as const,
    num_trees: [20, 40],
    max_leaves: [4, 8],
    bootstrap_rounds: 0,
    permutation_repeats: 0,
    threads: 1,
  };

  it("ranks about as the forest does, and gives the same model for the same seed and any order of rows", async () => {
    const boosted = await trainModel(dataset, options);
    const forest = await trainModel(dataset, { ...options, engine: "forest", max_depth: [5] });
    expect(boosted.metrics.roc_auc.value).toBeGreaterThan(forest.metrics.roc_auc.value! - 0.02);
    expect(boosted.model.facts.engine).toBe("boosting");
    const rows = Int32Array.from(dataset.label, (_, i) => i).reverse();
    const back = await trainModel(pickRows(dataset, rows), { ...options, threads: 2 });
    expect(back.model.toText()).toBe(boosted.model.toText());
  });
  it("tries its own parameters, and has no others in the table", async () => {
    const result = await trainModel(dataset, options);
    expect(pointsOf(result, "boosting").map((row) => row.parameters)).toEqual(
      [4, 8].flatMap((max_leaves) =>
        [20, 40].map((num_trees) => ({
          engine: "boosting",
          num_trees,
          min_samples_leaf: 20,
          l2: 20,
          learning_rate: 0.15,
          max_leaves,
        })),
      ),
    );
  });
  it("cut to fewer trees is what a fit of fewer trees gives", async () => {
    const both = await trainModel(dataset, options);
    const few = await trainModel(dataset, { ...options, num_trees: [20] });
    const of = (search: typeof both.search) => search.filter((row) => row.parameters.num_trees === 20);
    expect(of(both.search).map((row) => row.foldAuc)).toEqual(of(few.search).map((row) => row.foldAuc));
  });
  it("stops when held-out subscribers gain no more, where rows are enough", async () => {
    const many = toySnapshots({ subscribers: 4500 });
    const { model } = await trainModel(many, { ...options, num_trees: [400], max_leaves: [31], learning_rate: [0.3] });
    expect(model.facts.report.train_rows).toBeGreaterThan(7500);
    expect((model.trees as EngineModel & { forest: Forest }).forest.numTrees).toBeLessThan(100);
  });
  it("goes into one grid with the forest; the model says which of them won", async () => {
    const result = await trainModel(dataset, { ...options, engine: "both", max_depth: [3, 6] });
    expect(pointsOf(result, "forest")).toHaveLength(4);
    expect(pointsOf(result, "boosting")).toHaveLength(4);
    expect(result.model.facts.engine).toBe(result.best.engine);
    const losses = pointsOf(result, "forest", "boosting").map((row) => row.logLoss!);
    expect(result.search.find((row) => row.chosen)!.logLoss).toBe(Math.min(...losses));
  });
  it("is saved and loaded with its probabilities and its reasons", async () => {
    const { model } = await trainModel(dataset, options);
    const loaded = await ChurnModel.fromJSON(JSON.parse(model.toText()));
    const table = { names: dataset.features, columns: dataset.columns };
    expect(loaded.predict(table)).toEqual(model.predict(table));
    const [why] = explainRows(loaded, dataset, Int32Array.of(5));
    const sum = why.reasons.reduce((total, reason) => total + reason.effect, why.others);
    expect(why.baseline + sum).toBeCloseTo(why.probability, 9);
  });
});
