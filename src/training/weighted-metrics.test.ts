import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rankScores } from "../statistics/rank-scores.js";
import { METRIC_NAMES } from "./metric-name.js";
import { plainMetrics, weightedMetrics } from "./weighted-metrics.js";

type Metrics = ReturnType<ReturnType<typeof weightedMetrics>>;
type Case = { name: string; label: number[]; score: number[]; weight: number[] | null; threshold: number } & Record<
  keyof Metrics,
  number
>;
const fixture = new URL("../../test/fixtures/training/metrics.json", import.meta.url);
const { cases, made_by } = JSON.parse(readFileSync(fixture, "utf8")) as { cases: Case[]; made_by: string };

describe.each(cases)(`all metrics in one pass, of "$name", equal those of ${made_by}`, (c) => {
  it("to 1e-12, with weights and with ties", () => {
    const ranked = rankScores(c.label, c.score);
    const weight = Float64Array.from(ranked.order, (row) => (c.weight ? c.weight[row] : 1));
    const all = weightedMetrics(ranked, c.threshold)(weight);
    const plain = plainMetrics(ranked, c.threshold);
    for (const name of METRIC_NAMES) {
      expect(Math.abs(all[name]! - c[name]), name).toBeLessThan(1e-12);
      if (!c.weight) expect(Math.abs(plain[name]! - c[name]), name).toBeLessThan(1e-12);
    }
  });
});

describe("what is not defined is null", () => {
  it("in one pass too: weights of one class, of nobody flagged, and of nothing", () => {
    const ranked = rankScores([1, 0, 1, 0], [0.9, 0.8, 0.3, 0.1]);
    const stayers = weightedMetrics(ranked, 0.5)(Float64Array.of(0, 0, 0, 2));
    expect(stayers).toMatchObject({ roc_auc: null, average_precision: null, lift_top_decile: null, recall: null });
    expect(stayers).toMatchObject({ precision: null, f1: null, accuracy: 1 });
    expect(Object.values(weightedMetrics(ranked, 0.5)(new Float64Array(4))).every((value) => value === null)).toBe(
      true,
    );
  });
});
