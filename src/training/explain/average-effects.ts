import { argsort } from "../../statistics/argsort.js";
import { type Calibration, calibrate } from "../calibration.js";
import { take } from "../dataset.js";
import type { EngineModel, FeatureTable } from "../engines/engine.js";

/** What explanations start from: the real average of the training snapshots. */
export interface AverageEffects {
  /** Mean calibrated probability of the training rows, each counted once, from models that did not train on them. */
  probability: number;
  /** Mean effect of each feature, in the order of the model, on the way from the zero of the trees to the probability. */
  effects: number[];
}

/** Effects of the features on the probability of each row, from the zero of the trees: `effects` of a row sum to its probability less `zero`. */
export interface ProbabilityEffects {
  /** rows × columns. */
  effects: Float64Array;
  probability: Float64Array;
  zero: number;
}

/**
 * Stretches what the columns add to a score until it leads to the calibrated probability; null for an engine that cannot
 * tell what they add. From score to probability all is monotone, so the stretch keeps signs.
 */
export function probabilityEffects(
  { trees, calibration }: { trees: EngineModel; calibration: Calibration },
  table: FeatureTable,
): ProbabilityEffects | null {
  const contributions = trees.contributions(table);
  if (contributions === null) return null;
  const effects = contributions.values.slice();
  const width = table.names.length;
  const probability = calibrate(calibration, trees.score(table));
  const [zero] = calibrate(calibration, [contributions.baseline]);
  for (let i = 0; i < probability.length; i++) {
    const own = effects.subarray(i * width, (i + 1) * width);
    stretch(own, probability[i] - zero);
  }
  return { effects, probability, zero };
}

/**
 * Makes effects sum to what they lead to: by a factor, or, where they nearly cancel out or point the other way (a blend is not
 * monotone in its parts), by sharing what is missing in proportion to their size.
 */
function stretch(effects: Float64Array, wanted: number): void {
  const sum = effects.reduce((total, value) => total + value, 0);
  const size = effects.reduce((total, value) => total + Math.abs(value), 0);
  if (size === 0) return;
  const isFactor = Math.abs(sum) > 1e-9 && wanted / sum >= 0;
  for (let j = 0; j < effects.length; j++) {
    if (isFactor) effects[j] *= wanted / sum;
    else effects[j] += ((wanted - sum) * Math.abs(effects[j])) / size;
  }
}

/** Training rows that are explained for the mean of the effects. */
const ROWS = 200;

/**
 * The average that explanations start from: the trees know a mean that class weights have shifted, in the middle of a curve,
 * which is no mean of probabilities.
 *
 * Out of fold the mean is near the share of churners; the final model is surer of the rows that it has seen. The mean effects
 * are over every so many-th training row in the order of the probability, moved to lead to the mean exactly.
 *
 * @param table training rows
 * @param mean out-of-fold probability of the training rows
 * @returns null where the engine gives no reasons
 */
export function averageEffects(
  model: { trees: EngineModel; calibration: Calibration },
  table: FeatureTable,
  mean: number,
): AverageEffects | null {
  const order = argsort(model.trees.score(table));
  const size = Math.min(ROWS, order.length);
  const rows = Int32Array.from({ length: size }, (_, i) => order[Math.floor(((i + 0.5) * order.length) / size)]);
  const found = probabilityEffects(model, {
    names: table.names,
    columns: table.columns.map((column) => take(column, rows)),
  });
  if (found === null) return null;
  const width = table.names.length;
  const effects = new Array<number>(width).fill(0);
  const sizes = new Array<number>(width).fill(0);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < width; j++) {
      const effect = found.effects[i * width + j];
      effects[j] += effect / size;
      sizes[j] += Math.abs(effect) / size;
    }
  }
  // what the chosen rows miss of the mean goes where effects are large
  const rest = mean - found.zero - effects.reduce((sum, value) => sum + value, 0);
  const whole = sizes.reduce((sum, value) => sum + value, 0);
  return { probability: mean, effects: effects.map((value, j) => value + (whole > 0 ? (rest * sizes[j]) / whole : 0)) };
}
