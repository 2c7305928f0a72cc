import { describe, expect, it } from "vitest";
import { toySnapshots } from "../../test/fixtures/training/toy-snapshots.js";
import { ChurnModel } from "./churn-model.js";
import { trainModel } from "./train-model.js";

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
    const ours = await trainModel(dataset, options);
    const theirs = await trainModel(dataset, { ...options, engine: "ml-random-forest" });
    expect(Math.abs(theirs.search[0]!.mean_auc - ours.search[0]!.mean_auc)).toBeLessThan(0.04);
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
