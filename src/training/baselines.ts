import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { sigmoid } from "../statistics/logit.js";
import { chooseThreshold, type ThresholdRule } from "./choose-threshold.js";
import type { FeatureTable } from "./engines/engine.js";
import { signedLog } from "./engines/linear-features.js";
import { logisticTrainer } from "./engines/logistic-engine.js";
import { fitLogistic, linearPredictor, rowMatrix } from "./engines/logistic-regression.js";

/** A simple rule that a model has to beat: its probabilities on the test rows. */
export interface BaselineScores {
  name: "base rate" | "recency" | "logistic regression";
  /** Probabilities of the test rows; null when the baseline cannot be made. */
  probability: Float64Array | null;
  /** Threshold by the same rule as the model's, on the training rows. */
  threshold: number;
  /** What it is made of, or why it is missing. */
  note: string;
}

export interface BaselineInput {
  train: FeatureTable;
  label: Uint8Array;
  test: FeatureTable;
  /** Feature of the one-feature baseline. */
  recency: string;
  rule: ThresholdRule | number;
  seed: string;
}

/** Penalty of the logistic regression. */
const PENALTY = 10;

/** Fits the baselines on the training rows and scores the test rows: base rate, one feature, all features in a line. */
export async function fitBaselines(input: BaselineInput): Promise<BaselineScores[]> {
  return [baseRate(input), await recency(input), await logistic(input)];
}

function baseRate({ label, test, rule }: BaselineInput): BaselineScores {
  const rate = label.reduce((sum, y) => sum + y, 0) / label.length;
  const rows = test.columns[0]?.length ?? 0;
  return {
    name: "base rate",
    probability: new Float64Array(rows).fill(rate),
    threshold: thresholdOf(label, new Float64Array(label.length).fill(rate), rule),
    note: "the training's share of churners for everybody",
  };
}

async function recency({ train, label, test, recency, rule }: BaselineInput): Promise<BaselineScores> {
  const name = "recency" as const;
  const at = train.names.indexOf(recency);
  if (at < 0) return { name, probability: null, threshold: 0, note: `there is no feature ${JSON.stringify(recency)}` };
  const column = train.columns[at];
  // missing means never active: longer ago than anybody
  let most = 0;
  for (const value of column) if (value > most) most = value;
  const filled = (values: Float64Array) =>
    rowMatrix([values.map((value) => signedLog(Number.isNaN(value) ? most + 1 : value))], values.length);
  const fit = await fitLogistic(filled(column), label, { penalty: 1e-6 });
  const probability = (values: Float64Array) => linearPredictor(fit, filled(values)).map(sigmoid);
  return {
    name,
    probability: probability(test.columns[at]),
    threshold: thresholdOf(label, probability(column), rule),
    note: `logistic regression on the log of ${recency} alone`,
  };
}

async function logistic({ train, label, test, rule, seed }: BaselineInput): Promise<BaselineScores> {
  const name = "logistic regression" as const;
  const rows = Int32Array.from(label, (_, i) => i);
  const parameters = { engine: "logistic" as const, penalty: PENALTY };
  try {
    const [{ model }] = await logisticTrainer({ table: train, label }).fit([parameters], rows, seed, {});
    return {
      name,
      probability: model.score(test),
      threshold: thresholdOf(label, model.score(train), rule),
      note: `on signed logs of all features, standardized, with a column for what is often missing, L2 penalty ${PENALTY}`,
    };
  } catch (error) {
    if (!(error instanceof ChurnError) || error.code !== "NO_DATA") throw error;
    return { name, probability: null, threshold: 0, note: messageOf(error) };
  }
}

const thresholdOf = (label: ArrayLike<number>, probability: Float64Array, rule: ThresholdRule | number) =>
  typeof rule === "number" ? rule : chooseThreshold(label, probability, rule).threshold;
