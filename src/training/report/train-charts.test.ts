import { beforeAll, describe, expect, it } from "vitest";
import { toySnapshots } from "../../../test/fixtures/training/toy-snapshots.js";
import { type TrainResult, trainModel } from "../train-model.js";
import type { TrainCharts } from "./train-charts.js";

describe("charts of a training", () => {
  let result: TrainResult;
  beforeAll(async () => {
    result = await trainModel(toySnapshots({ subscribers: 500 }), {
      engine: "forest",
      num_trees: [10, 20],
      max_depth: [3, 5],
      bootstrap_rounds: 20,
      permutation_repeats: 2,
      segments: ["tariff"],
      threads: 1,
    });
  });

  it.each<[keyof TrainCharts, (result: TrainResult) => string | RegExp]>([
    ["roc", (r) => `model (AUC ${r.metrics.roc_auc.value!.toFixed(3)})`],
    ["pr", (r) => `AP ${r.metrics.average_precision.value!.toFixed(3)}`],
    ["gains", () => "logistic regression"],
    ["lift", () => "recency"],
    ["calibration", (r) => `${r.metrics.ece.value!.toFixed(3)} after; Brier score`],
    ["confusion", (r) => `>${r.confusion.truePositives.toLocaleString("en-US")}<`],
    ["people", (r) => `>${r.people.confusion.truePositives.toLocaleString("en-US")}<`],
    ["importances", () => "days_since_last_activity"],
    ["permutation", () => "ROC AUC lost when the feature is shuffled"],
    ["profit", () => /contacted: -?\d+\.\d\d per person of the test/],
    [
      "decide",
      (r) => `${r.people.contacts.toLocaleString("en-US")} calls to ${r.people.flagged.toLocaleString("en-US")} of`,
    ],
    ["segments", () => "tariff: missing"],
    ["search", (r) => `chosen: ${r.best.num_trees} trees, forest, depth ${r.best.max_depth}`],
  ])("%s shows what was measured", async (name, text) => {
    const svg = await result.charts[name].toSvg();
    const wanted = text(result);
    if (typeof wanted === "string") expect(svg).toContain(wanted);
    else expect(svg).toMatch(wanted);
    expect(svg).not.toMatch(/NaN|undefined/);
  });
  it("are all covered here", () => {
    expect(Object.keys(result.charts).sort()).toEqual(
      "calibration confusion decide gains importances lift people permutation pr profit roc search segments".split(" "),
    );
  });
});
