import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { averagePrecision, rankedAveragePrecision } from "./average-precision.js";
import { brierScore } from "./brier-score.js";
import { accuracy, confusion, f1, precision, recall } from "./confusion.js";
import { precisionRecallCurve, rocCurve } from "./curves.js";
import { gains, lift, rankedLift } from "./lift.js";
import { logLoss } from "./log-loss.js";
import { rank } from "./ranked.js";
import { calibrationError, reliability } from "./reliability.js";
import { rankedRocAuc, rocAuc } from "./roc-auc.js";
import { weightedMetrics } from "./weighted-metrics.js";

interface Case {
  name: string;
  label: number[];
  score: number[];
  weight: number[] | null;
  threshold: number;
  roc_auc: number;
  average_precision: number;
  log_loss: number;
  brier: number;
  confusion: [number, number, number, number];
  precision: number;
  recall: number;
  f1: number;
  accuracy: number;
  lift_top_decile: number;
  ece: number;
  fpr?: number[];
  tpr: number[];
  roc_threshold: number[];
  pr_precision: number[];
  pr_recall: number[];
  observed: number[];
  mean: number[];
}
const fixture = new URL("../../test/fixtures/training/metrics.json", import.meta.url);
const { cases, made_by } = JSON.parse(readFileSync(fixture, "utf8")) as { cases: Case[]; made_by: string };

const close = (ours: ArrayLike<number>, theirs: number[]) => {
  expect(ours.length).toBe(theirs.length);
  for (let i = 0; i < theirs.length; i++) expect(Math.abs(ours[i] - theirs[i])).toBeLessThan(1e-12);
};

describe.each(cases)(`metrics of "$name" equal those of ${made_by}`, (c) => {
  const ranked = rank(c.label, c.score);
  const placed = c.weight ? Array.from(ranked.order, (row) => c.weight![row]) : undefined;
  const weight = c.weight ?? undefined;

  it("ROC AUC, average precision, log loss, Brier score, lift and calibration error to 1e-12", () => {
    close(
      [
        rankedRocAuc(ranked, placed)!,
        rankedAveragePrecision(ranked, placed)!,
        logLoss(c.label, c.score, weight)!,
        brierScore(c.label, c.score, weight)!,
        rankedLift(ranked, 0.1, placed)!,
        calibrationError(c.label, c.score, 10, weight)!,
      ],
      [c.roc_auc, c.average_precision, c.log_loss, c.brier, c.lift_top_decile, c.ece],
    );
  });
  it("confusion, precision, recall, F1 and accuracy at the threshold", () => {
    const at = confusion(c.label, c.score, c.threshold, weight);
    close([at.truePositives, at.falsePositives, at.falseNegatives, at.trueNegatives], c.confusion);
    close([precision(at)!, recall(at)!, f1(at)!, accuracy(at)!], [c.precision, c.recall, c.f1, c.accuracy]);
  });
});

describe.each(cases.filter((c) => c.fpr))(`curves of "$name" equal those of ${made_by}`, (c) => {
  it("ROC, precision-recall and reliability, point by point", () => {
    const roc = rocCurve(c.label, c.score)!;
    close(roc.falsePositiveRate, c.fpr!);
    close(roc.truePositiveRate, c.tpr);
    close(roc.threshold.slice(1), c.roc_threshold);
    const bins = reliability(c.label, c.score);
    close(
      bins.map((bin) => bin.observed),
      c.observed,
    );
    close(
      bins.map((bin) => bin.predicted),
      c.mean,
    );
    const pr = precisionRecallCurve(c.label, c.score)!;
    close(pr.recall, c.pr_recall);
    close(pr.precision, c.pr_precision);
  });
});

describe.each(cases)(`all metrics in one pass, of "$name", equal those of ${made_by}`, (c) => {
  it("to 1e-12, with weights and with ties", () => {
    const ranked = rank(c.label, c.score);
    const weight = Float64Array.from(ranked.order, (row) => (c.weight ? c.weight[row] : 1));
    const all = weightedMetrics(ranked, c.threshold)(weight);
    for (const [name, value] of Object.entries(all)) close([value!], [c[name as keyof typeof all]]);
    expect(Object.keys(all)).toHaveLength(10);
  });
});

describe("the laws of ranking", () => {
  const r = random("laws");
  const score = Float64Array.from({ length: 400 }, () => Math.round(r.next() * 50) / 50);
  const label = Uint8Array.from(score, (p) => (r.next() < p ? 1 : 0));

  it("the AUC of reversed scores is 1 − AUC", () => {
    expect(
      rocAuc(
        label,
        score.map((s) => -s),
      ),
    ).toBeCloseTo(1 - rocAuc(label, score)!, 14);
  });
  it("a constant score has AUC 1/2, average precision the base rate, and lift 1", () => {
    const flat = new Float64Array(400);
    const rate = label.reduce((sum, y) => sum + y, 0) / 400;
    expect([rocAuc(label, flat), averagePrecision(label, flat)]).toEqual([0.5, rate]);
    expect(lift(label, flat)).toBeCloseTo(1, 14);
  });
  it("a weight of 2 is the row given twice", () => {
    const twice = rank([...label, ...label], [...score, ...score]);
    const weight = new Float64Array(400).fill(2);
    const once = rank(label, score);
    expect(rankedRocAuc(once, weight)).toBe(rankedRocAuc(twice));
    expect(rankedAveragePrecision(once, weight)).toBeCloseTo(rankedAveragePrecision(twice)!, 14);
    expect(rankedLift(once, 0.1, weight)).toBeCloseTo(rankedLift(twice, 0.1)!, 14);
  });
  it("permuting rows changes nothing, ties included", () => {
    const order = Array.from(label, (_, i) => i).sort((a, b) => ((a * 7919) % 400) - ((b * 7919) % 400));
    const y = order.map((i) => label[i]);
    const s = order.map((i) => score[i]);
    expect(rocAuc(y, s)).toBe(rocAuc(label, score));
    expect(averagePrecision(y, s)).toBe(averagePrecision(label, score));
    expect(lift(y, s)).toBeCloseTo(lift(label, score)!, 14);
  });
  it("gains end at all positives, and lift at 1", () => {
    const last = gains(label, score)!.at(-1)!;
    expect(last.share).toBe(1);
    expect(last.gain).toBeCloseTo(1, 14);
    expect(last.lift).toBeCloseTo(1, 14);
  });
});

describe("what is not defined is null", () => {
  it("in one pass too: weights of one class, of nobody flagged, and of nothing", () => {
    const ranked = rank([1, 0, 1, 0], [0.9, 0.8, 0.3, 0.1]);
    const stayers = weightedMetrics(ranked, 0.5)(Float64Array.of(0, 0, 0, 2));
    expect(stayers).toMatchObject({ roc_auc: null, average_precision: null, lift_top_decile: null, recall: null });
    expect(stayers).toMatchObject({ precision: null, f1: null, accuracy: 1 });
    expect(Object.values(weightedMetrics(ranked, 0.5)(new Float64Array(4))).every((value) => value === null)).toBe(
      true,
    );
  });
  it("one class has no AUC and no ROC curve; no positive row has no average precision, lift or recall", () => {
    expect(rocAuc([1, 1], [0.2, 0.3])).toBeNull();
    expect(rocCurve([0, 0], [0.2, 0.3])).toBeNull();
    expect(averagePrecision([0, 0], [0.2, 0.3])).toBeNull();
    expect(precisionRecallCurve([0, 0], [0.2, 0.3])).toBeNull();
    expect(lift([0, 0], [0.2, 0.3])).toBeNull();
    expect(gains([0, 0], [0.2, 0.3])).toBeNull();
    const none = confusion([0, 0], [0.2, 0.3], 0.5);
    expect([precision(none), recall(none), f1(none), accuracy(none)]).toEqual([null, null, null, 1]);
  });
  it("no row has no metric at all", () => {
    const none = confusion([], [], 0.5);
    for (const value of [rocAuc([], []), logLoss([], []), brierScore([], []), calibrationError([], []), accuracy(none)])
      expect(value).toBeNull();
  });
  it("a label that is not 0 or 1, a score that is not a number, and lengths that differ are refused", () => {
    expect(() => rocAuc([0, 2], [0.1, 0.2])).toThrow(/label must be 0 or 1, row 1 has 2/);
    expect(() => rocAuc([0, 1], [0.1, Number.NaN])).toThrow(/score must be a finite number, row 1 has NaN/);
    expect(() => rocAuc([0, 1], [0.1])).toThrow(/differ in length: 2 and 1/);
  });
});
