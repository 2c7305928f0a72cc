import { expect, it } from "vitest";
import { golden } from "../../../test/monitoring/golden.js";
import { random } from "../../core/random.js";
import { expectedConfusion } from "../estimated/expected-confusion.js";
import { averagePrecisionMetric } from "../metrics/average-precision-metric.js";
import { metricFor } from "../metrics/metrics.js";
import type { CountMetric } from "../metrics/performance-metric.js";
import { rocAucMetric } from "../metrics/roc-auc-metric.js";
import { estimatePerformance } from "./estimate-performance.js";

/** Perfectly calibrated scores of a population whose logit has mean −1 + shift, and labels that follow them. */
function population(seed: string, rows: number, shift: number) {
  const { normal, next } = random(seed);
  const yPredProba = Array.from({ length: rows }, () => 1 / (1 + Math.exp(1 - shift - 1.5 * normal())));
  return {
    yPredProba,
    yPred: yPredProba.map((score) => (score > 0.5 ? 1 : 0)),
    yTrue: yPredProba.map((score) => (next() < score ? 1 : 0)),
  };
}

const reference = population("reference", 4000, 0);
const metrics = ["roc_auc", "f1", "precision", "accuracy"] as const;
const estimate = (analysis: ReturnType<typeof population>) =>
  estimatePerformance({ reference, analysis, metrics, chunking: { size: 500 } });

it("agrees with NannyML's estimators on given probabilities", () => {
  for (const each of golden("primitives").cbpe_estimates.cases) {
    const score = Float64Array.from(each.uncalibrated as number[]);
    const order = [...score.keys()].sort((a, b) => score[b] - score[a]);
    const p = Float64Array.from(order, (row) => each.calibrated[row]);
    const ranked = { score: Float64Array.from(order, (row) => score[row]), p };
    const counts = expectedConfusion(
      Float64Array.from(each.calibrated),
      Float64Array.from(each.y_pred),
      null,
      0,
      p.length,
    );
    const plan = {
      keys: [],
      thresholds: {},
      normalize: null,
      matrix: each.business_value_matrix,
      perPrediction: false,
    };
    const close = (have: number, want: number | null) =>
      want === null ? expect(have).toBeNaN() : expect(have).toBeCloseTo(want, 12);
    close(rocAucMetric.estimated(ranked), each.roc_auc);
    close(averagePrecisionMetric.estimated(ranked), each.average_precision);
    for (const key of ["precision", "recall", "specificity", "accuracy", "business_value"] as const) {
      if (!(key in each)) continue;
      const value = (metricFor(key) as CountMetric).value(counts, plan);
      expect(Number.isNaN(value) ? 0 : value).toBeCloseTo(each[key] ?? 0, 10);
    }
  }
});

// ± 1, 2, 3 standard errors should hold 68.3, 95.4 and 99.7 % of the truth; 400 draws leave ± 5, 2.5 and 1 points of luck
it.each([
  ["the same people", 0],
  ["people who churn more", 1],
  ["people who churn less", -1],
])(
  "holds the truth within its band as often as the band says: %s",
  (_, shift) => {
    const z = new Map<string, number[]>();
    for (let round = 0; round < 40; round++) {
      const result = estimatePerformance({
        reference: population(`reference ${round}`, 5000, 0),
        analysis: population(`analysis ${round} ${shift}`, 10_000, shift),
        metrics: ["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy"],
        chunking: { size: 1000 },
      }).filter({ period: "analysis" });
      for (const { key, measures } of result.series) {
        for (const { value, realized, lowerConfidenceBoundary } of measures) {
          const error = ((value as number) - (lowerConfidenceBoundary as number)) / 3;
          z.set(key, [...(z.get(key) ?? []), ((realized as number) - (value as number)) / error]);
        }
      }
    }
    for (const [key, values] of z) {
      const within = (limit: number) => values.filter((each) => Math.abs(each) <= limit).length / values.length;
      expect(values).toHaveLength(400);
      expect(within(1), `${key} within 1`).toBeGreaterThan(0.61);
      expect(within(1), `${key} within 1`).toBeLessThan(0.8);
      expect(within(2), `${key} within 2`).toBeGreaterThan(0.925);
      expect(within(3), `${key} within 3`).toBeGreaterThan(0.98);
    }
  },
  60_000,
);

it("drops a row without a score and counts it", () => {
  const analysis = population("analysis", 1000, 0);
  analysis.yPredProba[3] = Number.NaN;
  const measure = estimate(analysis).filter({ period: "analysis" }).measures("roc_auc")[0];
  expect(measure).toMatchObject({ n: 499, note: "1 rows without a score are left out" });
  expect(measure?.value).toBeGreaterThan(0.7);
});

it("has no precision or F1, and no alert, where nothing is predicted positive", () => {
  const analysis = population("analysis", 1000, 0);
  analysis.yPred.fill(0);
  const result = estimate(analysis).filter({ period: "analysis" });
  for (const key of ["precision", "f1"]) {
    expect(result.measures(key)[0]).toMatchObject({
      value: null,
      alert: false,
      notComputed: "no row predicted positive, n=500",
    });
  }
});

it("does not alert on a chunk of one row", () => {
  const last = estimate(population("analysis", 501, 0))
    .measures("roc_auc")
    .at(-1);
  expect(last).toMatchObject({ n: 1, alert: false });
});

it("refuses a reference whose score is that of the other class", () => {
  const turned = { ...reference, yPredProba: reference.yPredProba.map((score) => 1 - score) };
  expect(() => estimatePerformance({ reference: turned })).toThrow(/reference ROC AUC is 0\.\d+, below 0\.5/);
});

it("says that an estimate is not valid where the scores were turned round", () => {
  const analysis = population("analysis", 1000, 0);
  analysis.yPredProba = analysis.yPredProba.map((score) => 1 - score);
  const shifted = population("analysis", 1000, 1);
  const validity = (table: typeof analysis) =>
    estimate(table)
      .filter({ period: "analysis" })
      .measures("roc_auc")
      .map(({ notComputed }) => notComputed);
  expect(validity(shifted)).toEqual([undefined, undefined]);
  const why = "not valid: scores and predicted classes contradict each other";
  expect(validity(analysis)).toEqual([why, why]);
});

it("says that an estimate is not valid where the reference has next to no scores", () => {
  const rare = population("reference", 4000, -1);
  const turned = { yPredProba: rare.yPredProba.map((score) => 1 - score) };
  const [first] = estimatePerformance({ reference: rare, analysis: turned })
    .filter({ period: "analysis" })
    .measures("roc_auc");
  expect(first?.notComputed).toMatch(/not valid: the scores lie where the reference has next to none \(\d\.\d % of it/);
});

it("leaves reference rows without label or score out, and says so", () => {
  const holes = { ...reference, yTrue: reference.yTrue.map((label, i) => (i % 100 ? label : Number.NaN)) };
  const { warnings } = estimatePerformance({ reference: holes });
  expect(warnings).toContain("40 of 4000 reference rows have no score or no label: they are left out");
  expect(() => estimatePerformance({ reference: holes, compat: "nannyml" })).toThrow(/40 of 4000 reference rows/);
});
