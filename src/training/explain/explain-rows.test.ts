import { beforeAll, describe, expect, it } from "vitest";
import { toySnapshots } from "../../../test/fixtures/training/toy-snapshots.js";
import { type TrainResult, trainModel } from "../train-model.js";
import { explainRows } from "./explain-rows.js";
import { explanationChart } from "./explanation-chart.js";

const dataset = toySnapshots({ subscribers: 500 });
const options = {
  engine: "forest" as const,
  class_weight: "balanced" as const,
  ...{ num_trees: [20], max_depth: [6], bootstrap_rounds: 0, permutation_repeats: 0, threads: 1 },
};
const rows = Int32Array.from({ length: 60 }, (_, i) => i * 13);

describe.each(["platt", "isotonic", "none"] as const)("explainRows of a model with calibration %s", (calibration) => {
  let result: TrainResult;
  beforeAll(async () => {
    result = await trainModel(dataset, { ...options, calibration });
  });

  it("leads from the baseline to the probability: all effects sum to it", () => {
    const probability = result.model.predict({ names: dataset.features, columns: dataset.columns });
    for (const explained of explainRows(result.model, dataset, rows)) {
      const sum = explained.reasons.reduce((total, reason) => total + reason.effect, explained.others);
      expect(explained.probability).toBe(probability[explained.row]);
      expect(explained.baseline + sum).toBeCloseTo(explained.probability, 9);
      expect(explained.reasons.length).toBeGreaterThanOrEqual(3);
      expect(Math.abs(explained.others)).toBeLessThan(Math.abs(explained.reasons[0].effect));
      expect(explained.subscriber).toBe(dataset.subscriber[explained.row]);
    }
  });
  it("begins at the real average of the training snapshots, which no class weight moves", () => {
    const churned = [...result.split.train].map((row) => dataset.label[row]);
    const [{ baseline, baselineOf }] = explainRows(result.model, dataset, rows);
    expect(baselineOf).toBe("average");
    const rate = churned.reduce((a, b) => a + b) / churned.length;
    // without calibration the probabilities are those of the weighted classes
    if (calibration === "none") expect(baseline).toBeGreaterThan(2 * rate);
    else expect(baseline).toBeCloseTo(rate, 2);
  });
  it("gives the average snapshot no reasons: over the training the effects of a feature cancel out", () => {
    const sums = new Map<string, number>();
    const sizes = new Map<string, number>();
    const explained = explainRows(result.model, dataset, result.split.train, { top: 8 });
    for (const { feature, effect } of explained.flatMap(({ reasons }) => reasons)) {
      sums.set(feature, (sums.get(feature) ?? 0) + effect / explained.length);
      sizes.set(feature, (sizes.get(feature) ?? 0) + Math.abs(effect) / explained.length);
    }
    for (const [feature, sum] of sums) expect(Math.abs(sum)).toBeLessThan(0.3 * (sizes.get(feature) ?? 0) + 5e-4);
  });
  it("names what the label is made of, not the noise", () => {
    const probability = result.model.predict({ names: dataset.features, columns: dataset.columns });
    const risky = Int32Array.from([...probability.keys()].sort((a, b) => probability[b] - probability[a])).slice(0, 40);
    const first = explainRows(result.model, dataset, risky).map((explained) => explained.reasons[0]);
    const known = ["days_since_last_activity", "trend", "calls"];
    expect(first.filter((reason) => known.includes(reason.feature)).length).toBeGreaterThan(36);
    expect(first.every((reason) => reason.effect > 0)).toBe(true);
  });
});

describe("explainRows", () => {
  it("gives null for a missing value, and the same in another order of columns", async () => {
    const { model } = await trainModel(dataset, options);
    const missing = Int32Array.of(dataset.columns[3].findIndex(Number.isNaN));
    const [explained] = explainRows(model, dataset, missing, { top: 8 });
    expect(explained.reasons.find((reason) => reason.feature === "tariff")!.value).toBeNull();
    expect(explained.others).toBe(0);
    const back = { ...dataset, features: [...dataset.features].reverse(), columns: [...dataset.columns].reverse() };
    expect(explainRows(model, back, missing, { top: 8 })).toEqual([explained]);
    const chart = explanationChart(explained);
    expect(chart.title).toMatch(/^Why subscriber sub-\d+ has a churn probability of \d+\.\d%$/);
    expect(JSON.stringify(chart.spec)).toContain("tariff missing");
  });
  it("refuses an engine without reasons", async () => {
    const small = toySnapshots({ subscribers: 120, days: [100], risk: -1 });
    const { model } = await trainModel(small, { ...options, num_trees: [3], engine: "ml-random-forest" });
    expect(() => explainRows(model, small)).toThrow(/engine "ml-random-forest" gives no reasons/);
  });
});
