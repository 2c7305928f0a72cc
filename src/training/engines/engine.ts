import type { StageContext } from "../../core/progress.js";
import type { BinnedMatrix } from "../../forest/loops/binned-matrix.js";
import type { SnakeValues } from "../../forest/trees/snake-case.js";
import type { TrainSettings } from "../options.js";

/** What a model may be. */
export type EngineName =
  | ("base-rate" | "recency" | "bg-nbd" | "logistic" | "boosting" | "forest" | "ml-random-forest")
  /** The mean of two others. */
  | "blend";

/** Options of trees that a grid is made of. */
export type GridOption =
  | ("numTrees" | "maxDepth" | "maxFeatures" | "maxLeaves" | "learningRate" | "l2")
  | ("minSamplesLeaf" | "minSamplesSplit" | "maxSamples" | "criterion");

/** One point of the grid: the options that the engine takes, and no more. */
export interface Parameters extends Partial<SnakeValues<GridOption>> {
  engine: EngineName;
  /** Logistic regression: half the sum of squared weights is multiplied by it. */
  penalty?: number;
}

/** Features of a table by column; NaN is missing. */
export interface FeatureTable {
  names: readonly string[];
  columns: readonly Float64Array[];
}

/** A fitted model of whichever engine: scores rows, and says what it leans on. */
export interface EngineModel {
  readonly engine: EngineName;
  /** Trees that it has, 0 for an engine without any: boosting may have stopped before the number that was asked for. */
  readonly numTrees: number;
  /** Score in [0, 1] of each row; the columns are those of the fit, in its order. */
  score(table: FeatureTable): Float64Array;
  /** Share of the gain of trees, or of the weights of a linear model, by feature, summing to 1; null where the engine has none. */
  importances(): Float64Array | null;
  /**
   * Scores of a table with one of its columns shuffled, again and again; null for a column that the model does not look at.
   *
   * @returns a function of the column and of the row that each row takes its value from
   */
  shuffledScores(table: FeatureTable): (column: number, from: Int32Array) => Float64Array | null;
  /**
   * What each column adds to each row (rows × columns), on the scale on which the engine adds up, and the score of a row to
   * which all add nothing; null where the engine cannot tell.
   */
  contributions(table: FeatureTable): { values: Float64Array; baseline: number } | null;
  toJSON(): unknown;
}

/** What a fit on some rows gives for one grid point. */
export interface FittedPoint {
  parameters: Parameters;
  /** Scores of rows of the training table. */
  score(rows: Int32Array): Float64Array;
  model: EngineModel;
  /** Seconds of the fit; points that share a fit share its time. */
  seconds: number;
}

/** An engine with the training table in the form that it needs. */
export interface Trainer {
  /** What the user should know about the engine's limits. */
  readonly notes: readonly string[];
  /** Why the engine has no model of this table, in a clause. */
  readonly missing?: string;
  /** Parts of a grid that are fitted together. */
  groups(grid: readonly Parameters[]): Parameters[][];
  /** Fits one group of grid points on some rows of the table. */
  fit(group: readonly Parameters[], rows: Int32Array, seed: string, context: StageContext): Promise<FittedPoint[]>;
}

/** What every engine is given. */
export interface TrainerInput {
  table: FeatureTable;
  /** 0 or 1 a row. */
  label: Uint8Array;
  /** Subscriber of each row. */
  group: readonly string[];
  /** Snapshot day of each row. */
  day: ArrayLike<number>;
  /** Days of the label window. */
  horizon: number;
  /** Name of the feature that engine "recency" reads. */
  recency: string;
  /** The columns as the trees need them, binned at the first call, for all engines. */
  binned(): BinnedMatrix;
  classWeight: TrainSettings["class_weight"];
  threads: number;
}
