import { type CalibrationMethod, calibrate, fitCalibration } from "./calibration.js";
import type { EngineName } from "./engines/engine.js";
import { lossDifference } from "./loss-difference.js";
import type { MeasuredRows } from "./measured-rows.js";

/**
 * Probabilities of out-of-fold scores, those of each fold by a map that was fitted to the other folds: what a calibration does
 * to rows that it has not seen, so that one with many steps is not flattered.
 */
export async function crossFitted(
  method: CalibrationMethod,
  { label, fold }: Pick<MeasuredRows, "label" | "fold">,
  score: Float64Array,
): Promise<Float64Array> {
  if (method === "none") return calibrate({ method }, score);
  const out = new Float64Array(score.length);
  for (const f of new Set(fold)) {
    const others = fold.map((own) => (own === f ? 0 : 1));
    const some = { label: label.filter((_, i) => others[i]), score: score.filter((_, i) => others[i]) };
    const map = await fitCalibration(method, some.label, some.score);
    const probability = calibrate(map, score);
    for (let i = 0; i < out.length; i++) if (fold[i] === f) out[i] = probability[i];
  }
  return out;
}

/** The map for the scores of an engine: a base rate is a probability already. */
export const methodFor = <Method extends CalibrationMethod | "auto">(engine: EngineName, method: Method) =>
  engine === "base-rate" ? "none" : method;

/** A map that was chosen, and the cross-fitted probabilities of the measured rows. */
export interface ChosenCalibration {
  method: CalibrationMethod;
  probability: Float64Array;
}

/**
 * The map that is asked for; or of "platt" and "beta" the one of less cross-fitted log loss, and "isotonic", which makes ties,
 * where it gains beyond noise on that.
 */
export async function chooseCalibration(
  asked: CalibrationMethod | "auto",
  measured: MeasuredRows,
  score: Float64Array,
): Promise<ChosenCalibration> {
  const of = async (method: CalibrationMethod): Promise<ChosenCalibration> => {
    return { method, probability: await crossFitted(method, measured, score) };
  };
  if (asked !== "auto") return of(asked);
  const gains = (a: ChosenCalibration, b: ChosenCalibration) =>
    lossDifference(measured.label, b.probability, a.probability, measured.subscriber);
  const [platt, beta, isotonic] = [await of("platt"), await of("beta"), await of("isotonic")];
  const smooth = gains(beta, platt).value > 0 ? beta : platt;
  return gains(isotonic, smooth).low > 0 ? isotonic : smooth;
}
