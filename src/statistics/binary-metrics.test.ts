import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectClose, statisticsFixture as fixture } from "../../test/fixtures/statistics/read.js";
import { random } from "../core/random.js";
import { averagePrecision, rankedAveragePrecision } from "./average-precision.js";
import { brierScore } from "./brier-score.js";
import { calibrationError, calibrationErrorByRank } from "./calibration-error.js";
import { accuracy, confusion, confusionSize, countConfusion, f1, precision, recall, specificity } from "./confusion.js";
import { isotonicAt, isotonicRegression } from "./isotonic.js";
import { gains, lift, rankedLift } from "./lift.js";
import { logLoss } from "./log-loss.js";
import { precisionRecallCurve } from "./precision-recall-curve.js";
import { rankKnown, rankScores } from "./rank-scores.js";
import { reliability } from "./reliability.js";
import { rankedRocAuc, rocAuc, rocAucError } from "./roc-auc.js";
import { rocCurve } from "./roc-curve.js";

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
  ece_equal_width: number;
  fpr?: number[];
  tpr: number[];
  roc_threshold: number[];
  pr_precision: number[];
  pr_recall: number[];
  observed: number[];
  mean: number[];
}
const url = new URL("../../test/fixtures/training/metrics.json", import.meta.url);
const { cases, made_by } = JSON.parse(readFileSync(url, "utf8")) as { cases: Case[]; made_by: string };

const close = (ours: ArrayLike<number>, theirs: number[]) => {
  expect(ours.length).toBe(theirs.length);
  for (let i = 0; i < theirs.length; i++) expect(Math.abs(ours[i] - theirs[i])).toBeLessThan(1e-12);
};

describe.each(cases)(`metrics of "$name" equal those of ${made_by}`, (c) => {
  const ranked = rankScores(c.label, c.score);
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
      [c.roc_auc, c.average_precision, c.log_loss, c.brier, c.lift_top_decile, c.ece_equal_width],
    );
    if (!c.weight) expect(Math.abs(calibrationErrorByRank(c.label, c.score)! - c.ece)).toBeLessThan(1e-12);
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
    const twice = rankScores([...label, ...label], [...score, ...score]);
    const weight = new Float64Array(400).fill(2);
    const once = rankScores(label, score);
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

describe.each(fixture.scored)(`metrics of "$name" agree with ${fixture.made_by} to 1e-12`, (c) => {
  const weight = c.weight ?? undefined;
  it("ROC AUC, average precision, log loss and Brier score", () => {
    expectClose(
      [
        rocAuc(c.label, c.score, weight),
        averagePrecision(c.label, c.score, weight),
        logLoss(c.label, c.score, weight),
        brierScore(c.label, c.score, weight),
      ],
      [c.roc_auc, c.average_precision, c.log_loss, c.brier],
      1e-12,
    );
  });
  it("confusion at 0.5, and what is made of it", () => {
    const counts = confusion(c.label, c.score, 0.5, weight);
    const { truePositives, falsePositives, falseNegatives, trueNegatives } = counts;
    expectClose([truePositives, falsePositives, falseNegatives, trueNegatives], c.confusion, 1e-12);
    expectClose(
      [precision(counts), recall(counts), specificity(counts), f1(counts), accuracy(counts)],
      [c.precision, c.recall, c.specificity, c.f1, c.accuracy],
      1e-12,
    );
  });
  it("curves point by point, rows without weight left out", () => {
    const roc = rocCurve(c.label, c.score, weight)!;
    expectClose(roc.falsePositiveRate, c.fpr, 1e-12);
    expectClose(roc.truePositiveRate, c.tpr, 1e-12);
    const curve = precisionRecallCurve(c.label, c.score, weight)!;
    const weighs = (threshold: number) => c.score.some((s, i) => s === threshold && (weight?.[i] ?? 1) > 0);
    // scikit-learn keeps scores without weight in this curve
    const kept = [...new Set(c.score)].sort((a, b) => b - a).flatMap((s, i) => (weighs(s) ? [i] : []));
    expectClose(
      curve.precision,
      kept.map((i) => c.curve_precision[i]),
      1e-12,
    );
    expectClose(
      curve.recall,
      kept.map((i) => c.curve_recall[i]),
      1e-12,
    );
  });
  it("isotonic regression, inside and outside of the scores", () => {
    const fit = isotonicRegression(c.label, c.score, weight)!;
    expectClose(
      c.isotonic.at.map((score) => isotonicAt(fit, score)),
      c.isotonic.value,
      1e-12,
    );
  });
});

describe("a weight of k is the row given k times, of 0 the row left out", () => {
  const draw = random("repeated rows");
  const label = Array.from({ length: 60 }, () => draw.int(2));
  const score = label.map((y) => (draw.int(8) + y) / 9);
  const weight = label.map(() => draw.int(4));
  const repeated = (values: number[]) => values.flatMap((value, i) => new Array<number>(weight[i]).fill(value));
  const [labels, scores] = [repeated(label), repeated(score)];
  it.each<[string, (y: number[], s: number[], w?: number[]) => number | null]>([
    ["rocAuc", rocAuc],
    ["averagePrecision", averagePrecision],
    ["logLoss", logLoss],
    ["brierScore", brierScore],
    ["lift", (y, s, w) => lift(y, s, 0.1, w)],
    ["calibrationError", (y, s, w) => calibrationError(y, s, 10, w)],
    ["the last gains", (y, s, w) => gains(y, s, 5, w)?.[2].gain ?? null],
    ["the middle of the ROC curve", (y, s, w) => rocCurve(y, s, w)?.truePositiveRate[4] ?? null],
    ["isotonicRegression", (y, s, w) => isotonicAt(isotonicRegression(y, s, w)!, 0.5)],
  ])("%s", (_, metric) => {
    expectClose([metric(label, score, weight)], [metric(labels, scores)], 1e-12);
  });
});

describe("rankKnown", () => {
  it("leaves out rows without label or score, and keeps the order inside ties", () => {
    const label = [1, 0, Number.NaN, 1, 0];
    const score = Float64Array.of(0.5, 0.5, 0.9, Number.NaN, 0.7);
    expect(rankKnown(label, score)).toEqual({
      order: Int32Array.of(4, 0, 1),
      label: Uint8Array.of(0, 1, 0),
      score: Float64Array.of(0.7, 0.5, 0.5),
    });
  });
});

describe("countConfusion", () => {
  it("counts the rows asked for that have both label and prediction", () => {
    const label = Float64Array.of(1, 1, 0, 0, Number.NaN, 1, 1);
    const predicted = Float64Array.of(0, 1, 1, 0, 1, Number.NaN, 1);
    const counts = countConfusion(label, predicted, 1, 6);
    expect(counts).toEqual({ truePositives: 1, falsePositives: 1, falseNegatives: 0, trueNegatives: 1 });
    expect(confusionSize(counts)).toBe(3);
  });
});

it("rocAucError is that of one pair for one row each, Mann and Whitney's without an effect, and null without a class", () => {
  expect(rocAucError(0.8, 1, 1)).toBeCloseTo(Math.sqrt(0.8 * 0.2), 14);
  expect(rocAucError(0.5, 7, 12)).toBeCloseTo(Math.sqrt((7 + 12 + 1) / (12 * 7 * 12)), 14);
  expect([rocAucError(0.8, 0, 3), rocAucError(0.8, 3, 0)]).toEqual([null, null]);
});

it("no row and no weight have no isotonic function, and one row a constant", () => {
  expect([isotonicRegression([], []), isotonicRegression([1], [0.5], [0])]).toEqual([null, null]);
  expect(isotonicAt(isotonicRegression([1], [0.5])!, 0.9)).toBe(1);
});
