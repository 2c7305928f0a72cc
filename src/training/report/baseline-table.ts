import { type BaselineInput, type BaselineScores, fitBaselines } from "../baselines.js";
import { aucDifference, type Estimate, type Evaluation, evaluate, type Metrics } from "../evaluate.js";

/** A baseline beside the model. */
export interface Baseline extends BaselineScores {
  /** null when the baseline could not be made; `note` says why. */
  metrics: Metrics | null;
  /** ROC AUC of the model less that of the baseline, on the same draws: the model earns its place where `low` is above 0. */
  aucGain: Estimate | null;
}

/** Fits the baselines and measures them on the test rows as the model was measured. */
export async function baselineTable(
  input: BaselineInput,
  label: Uint8Array,
  model: Evaluation,
  draws: { rounds: number; seed: string; group: readonly string[] },
): Promise<Baseline[]> {
  return (await fitBaselines(input)).map((baseline) => {
    const { probability: theirs, threshold } = baseline;
    if (theirs === null) return { ...baseline, metrics: null, aucGain: null };
    const evaluation = evaluate(label, theirs, { ...draws, threshold });
    return { ...baseline, metrics: evaluation.metrics, aucGain: aucDifference(model, evaluation) };
  });
}
