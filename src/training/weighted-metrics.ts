import { rankedAveragePrecision } from "../statistics/average-precision.js";
import { brierScore } from "../statistics/brier-score.js";
import { calibrationErrorByRank } from "../statistics/calibration-error.js";
import { accuracy, confusion, f1, precision, recall } from "../statistics/confusion.js";
import { rankedLift } from "../statistics/lift.js";
import { logLoss } from "../statistics/log-loss.js";
import type { RankedScores } from "../statistics/rank-scores.js";
import { rankGroups } from "../statistics/reliability.js";
import { rankedRocAuc } from "../statistics/roc-auc.js";
import type { MetricName } from "./metric-name.js";

/** Groups of equally many rows in which probability and observed rate are compared. */
const GROUPS = 10;

/** All metrics of a report of ranked rows, each row counted once. */
export function plainMetrics(ranked: RankedScores, threshold: number): Record<MetricName, number | null> {
  const { label, score } = ranked;
  const counts = confusion(label, score, threshold);
  return {
    roc_auc: rankedRocAuc(ranked),
    average_precision: rankedAveragePrecision(ranked),
    log_loss: logLoss(label, score),
    brier: brierScore(label, score),
    ece: calibrationErrorByRank(label, score),
    lift_top_decile: rankedLift(ranked, 0.1),
    precision: precision(counts),
    recall: recall(counts),
    f1: f1(counts),
    accuracy: accuracy(counts),
  };
}

/**
 * All metrics of a report in one pass over ranked rows, for one set of weights after another: what a bootstrap asks for.
 *
 * It gives what the metrics give one by one.
 *
 * @param ranked labels and probabilities by falling probability
 * @param threshold from which on a row counts as predicted 1
 * @returns a function of the weight at each place
 */
export function weightedMetrics(
  { label, score }: RankedScores,
  threshold: number,
): (weight: Float64Array) => Record<MetricName, number | null> {
  const rows = label.length;
  const loss = Float64Array.from(score, (s, i) => {
    const p = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, s));
    return -Math.log(label[i] ? p : 1 - p);
  });
  const gap = Float64Array.from(score, (s, i) => s - label[i]);
  const bin = rankGroups(score, GROUPS);
  const ends = Uint8Array.from(score, (s, i) => (i + 1 === rows || score[i + 1] !== s ? 1 : 0));
  let flagged = 0;
  while (flagged < rows && score[flagged] >= threshold) flagged++;
  const gaps = new Float64Array(GROUPS + 1);

  return (weight) => {
    gaps.fill(0);
    let [up, down, tieUp, tieDown] = [0, 0, 0, 0];
    let [pairs, precisions, losses, squares] = [0, 0, 0, 0];
    let [truePositives, falsePositives] = [0, 0];
    for (let i = 0; i < rows; i++) {
      const w = weight[i];
      const g = gap[i];
      losses += w * loss[i];
      squares += w * g * g;
      gaps[bin[i]] += w * g;
      if (label[i]) tieUp += w;
      else tieDown += w;
      if (ends[i] === 0) continue;
      pairs += tieDown * (up + tieUp / 2);
      up += tieUp;
      down += tieDown;
      if (tieUp > 0) precisions += tieUp * (up / (up + down));
      tieUp = 0;
      tieDown = 0;
      if (i < flagged) {
        truePositives = up;
        falsePositives = down;
      }
    }
    const all = up + down;
    const predicted = truePositives + falsePositives;
    return {
      roc_auc: ratio(pairs, up * down),
      average_precision: ratio(precisions, up),
      log_loss: ratio(losses, all),
      brier: ratio(squares, all),
      ece: ratio(
        gaps.reduce((sum, value) => sum + Math.abs(value), 0),
        all,
      ),
      lift_top_decile: up > 0 ? (foundIn(0.1 * all, weight) / (0.1 * all)) * (all / up) : null,
      precision: ratio(truePositives, predicted),
      recall: ratio(truePositives, up),
      f1: ratio(2 * truePositives, predicted + up),
      accuracy: ratio(truePositives + down - falsePositives, all),
    };
  };

  /** Weight of the positives among the first `top` weight; of the ties at the border in part. */
  function foundIn(top: number, weight: Float64Array): number {
    let [taken, found, here, up] = [0, 0, 0, 0];
    for (let i = 0; i < rows && taken < top; i++) {
      here += weight[i];
      if (label[i]) up += weight[i];
      if (ends[i] === 0 || here === 0) continue;
      const part = Math.min(1, (top - taken) / here);
      taken += part * here;
      found += part * up;
      here = 0;
      up = 0;
    }
    return found;
  }
}

const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : null);
