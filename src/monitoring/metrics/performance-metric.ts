import type { Confusion } from "../../statistics/confusion.js";
import type { MetricFacts } from "../../statistics/metric-facts.js";
import type { RankedScores } from "../../statistics/rank-scores.js";
import type { Range } from "../calculators/threshold.js";
import type { RankedLabels } from "./ranked-labels.js";
import type { RankedProbabilities } from "./ranked-probabilities.js";
import type { SamplingError } from "./sampling-error.js";

/** Shares of all rows, of the actual class (`true`), of the predicted class (`pred`), or plain counts (null). */
export type NormalizeConfusion = "all" | "true" | "pred" | null;

/** What each outcome is worth: `[[TN, FP], [FN, TP]]`. */
export type ValueMatrix = readonly [readonly [number, number], readonly [number, number]];

/** What a metric may need beside a chunk. */
export interface MetricSettings {
  readonly normalize: NormalizeConfusion;
  readonly matrix: ValueMatrix | null;
  readonly perPrediction: boolean;
}

interface CommonMetric extends MetricFacts {
  /** Of its series, in files and results. */
  readonly name: string;
  /** The name to ask for it by, where several are asked for at once. */
  readonly group?: string;
  /** Which way is better; by default more is. */
  readonly better?: "more" | "less" | "neither";
  /** It grows with the rows of a chunk: it is judged by row. */
  grows?(settings: MetricSettings): boolean;
  /** What it can be at all. */
  range(settings: MetricSettings): Range;
}

/** A metric of the order of scores. */
export interface RankingMetric extends CommonMetric {
  readonly needs: "score";
  /** From rows whose label is in; null with one class. */
  realized(ranked: RankedScores): number | null;
  /** Expected of rows that are positive with probability p; NaN where it is not defined. */
  estimated(ranked: RankedProbabilities): number;
  /** How much each row moves the estimate when it turns out to be positive. */
  influences(ranked: RankedProbabilities, value: number, take: (row: number, influence: number) => void): void;
  /** Scale of the sampling error of a chunk of n rows: it is scale / √n. */
  samplingScale(labels: RankedLabels): number;
}

/** A metric made of counts of the confusion matrix, true or expected ones. */
export interface CountMetric extends CommonMetric {
  readonly needs: "classes";
  /** NaN where it is not defined, as in a `RawMeasure`. */
  value(counts: Confusion, settings: MetricSettings): number;
  samplingError(counts: Confusion, settings: MetricSettings): SamplingError;
  /** Why an estimate may be undefined; by default one class is expected. */
  readonly undefinedEstimate?: string;
  /** NannyML's results where it errs. */
  readonly nannyml?: {
    /** Of a chunk with labels; undefined where it is right. */
    realized?(counts: Confusion, settings: MetricSettings): number | undefined;
    /** Then it loses error, alert and limits, too. */
    readonly losesRecord?: boolean;
    /** Expected. */
    estimated?(counts: Confusion): number;
    /** What stands beside an estimate: 0 for what is undefined, or what it gives as realized. */
    readonly besideEstimate?: "zero" | "realized";
  };
}

/** A metric of realized and estimated performance: all that the rest of the program knows of it. */
export type Metric = RankingMetric | CountMetric;

/** Most metrics are shares. */
export const isShare = (): Range => ({ lower: 0, upper: 1 });
