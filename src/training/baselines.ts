import { messageOf } from "../core/fault.js";
import { random } from "../core/random.js";
import { moments } from "../statistics/moments.js";
import { chooseThreshold, type ThresholdRule } from "./choose-threshold.js";
import type { FeatureTable } from "./engines/engine.js";
import { fitLogistic, type LogisticFit, predictLogistic } from "./engines/logistic-regression.js";

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

/** The logistic regression sees at most this many training rows: it does not get better with more. */
const MOST_ROWS = 20_000;

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
  const filled = (values: Float64Array) => [values.map((value) => (Number.isNaN(value) ? most + 1 : value))];
  const fit = await fitLogistic(filled(column), label, 1e-6);
  return {
    name,
    probability: predictLogistic(fit, filled(test.columns[at])),
    threshold: thresholdOf(label, predictLogistic(fit, filled(column)), rule),
    note: `logistic regression on ${recency} alone`,
  };
}

async function logistic({ train, label, test, rule, seed }: BaselineInput): Promise<BaselineScores> {
  const rows = label.length;
  let some = train;
  let truth: ArrayLike<number> = label;
  let sampled = "";
  if (rows > MOST_ROWS) {
    const chosen = sample(rows, MOST_ROWS, seed);
    some = { names: train.names, columns: train.columns.map((column) => chosen.map((row) => column[row])) };
    truth = chosen.map((row) => label[row]);
    sampled = ` of ${MOST_ROWS.toLocaleString("en-US")} training rows`;
  }
  const scale = some.columns.map(scaleOf);
  const scaled = (table: FeatureTable) =>
    table.columns
      .map((column, j) =>
        column.map((value) => (Number.isNaN(value) ? 0 : (value - scale[j].mean) / scale[j].deviation)),
      )
      .filter((_, j) => scale[j].deviation > 0);
  const inputs = scaled(some);
  if (inputs.length === 0) {
    return { name: "logistic regression", probability: null, threshold: 0, note: "no feature varies" };
  }
  let fit: LogisticFit;
  try {
    fit = await fitLogistic(inputs, truth, 1);
  } catch (error) {
    return { name: "logistic regression", probability: null, threshold: 0, note: messageOf(error) };
  }
  return {
    name: "logistic regression",
    probability: predictLogistic(fit, scaled(test)),
    threshold: thresholdOf(truth, predictLogistic(fit, inputs), rule),
    note: `on all features${sampled}, standardized, missing as their mean, L2 penalty 1`,
  };
}

const thresholdOf = (label: ArrayLike<number>, probability: Float64Array, rule: ThresholdRule | number) =>
  typeof rule === "number" ? rule : chooseThreshold(label, probability, rule).threshold;

/** Mean and standard deviation of what is not missing; a deviation of 0 for a column that says nothing. */
function scaleOf(column: Float64Array): { mean: number; deviation: number } {
  const known = moments(column);
  if (known === null) return { mean: 0, deviation: 0 };
  const { n, mean, squares } = known;
  const deviation = Math.sqrt(squares / n);
  return { mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 0 };
}

/** Some rows without replacement, in their order. */
function sample(rows: number, size: number, seed: string): Float64Array {
  const all = Float64Array.from({ length: rows }, (_, i) => i);
  const draw = random(`${seed}/logistic`);
  for (let i = 0; i < size; i++) {
    const j = i + draw.int(rows - i);
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all.slice(0, size).sort();
}
