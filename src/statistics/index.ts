/**
 * Statistics on columns of numbers: pure functions that neither change what they are given nor throw for data without an answer.
 *
 * What is not defined (a ROC AUC of one class, a median of nothing) is null, never NaN; the docstring says when. Metrics of
 * labels and scores take an optional weight a row, and a weight of k is the row given k times.
 *
 * @module
 */
export { argsort } from "./argsort.js";
export { averagePrecision } from "./average-precision.js";
export { brierScore } from "./brier-score.js";
export { calibrationError } from "./calibration-error.js";
export { chiSquareTail, chiSquareTest } from "./chi-square.js";
export { type ClusteredAuc, clusteredAuc } from "./clustered-auc.js";
export {
  accuracy,
  type Confusion,
  confusion,
  countConfusion,
  f1,
  precision,
  recall,
  specificity,
} from "./confusion.js";
export { type Correlation, pearson, spearman } from "./correlation.js";
export { doaneEdges, type Edges, equalWidthEdges, type Histogram, histogram } from "./histogram.js";
export { type Isotonic, isotonicAt, isotonicRegression } from "./isotonic.js";
export { type GainsStep, gains, lift } from "./lift.js";
export { logLoss } from "./log-loss.js";
export { mean } from "./mean.js";
export { median } from "./median.js";
export { type Moments, moments } from "./moments.js";
export { newcombeInterval } from "./newcombe-interval.js";
export { normalQuantile } from "./normal.js";
export { type PrecisionRecallCurve, precisionRecallCurve } from "./precision-recall-curve.js";
export { quantile, quantiles } from "./quantile.js";
export { midRanks } from "./ranks.js";
export { type ReliabilityBin, reliability } from "./reliability.js";
export { type ReturnCurve, returnCurve, type SilencesOfLength } from "./return-curve.js";
export { rocAuc, rocAucError } from "./roc-auc.js";
export { type RocCurve, rocCurve } from "./roc-curve.js";
export { standardDeviation } from "./standard-deviation.js";
export { studentTwoSided } from "./student-t.js";
export { type SymmetricEigen, symmetricEigen } from "./symmetric-eigen.js";
export { wilsonInterval } from "./wilson-interval.js";
