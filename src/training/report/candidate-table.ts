import { calibrate } from "../calibration.js";
import type { EngineName, Parameters } from "../engines/engine.js";
import { ENGINES } from "../engines/engine-facts.js";
import { COMPARED, type ComparedMetrics, type Evaluation, evaluate, gainOver, type Metrics } from "../evaluate.js";
import type { FittedCandidate, FittedPipeline } from "../fit-on-training-part.js";
import type { SnapshotPart } from "../snapshot-part.js";

/** A candidate beside the chosen model; of one that could not be made `note` says why, and the rest is null. */
export interface Candidate {
  /** What people call it. */
  name: string;
  engine: EngineName;
  chosen: boolean;
  /** What it is made of, or why it is missing. */
  note: string;
  parameters: Parameters | null;
  /** How its scores become probabilities. */
  calibration: string | null;
  /** Threshold by the same rule as the model's, on out-of-fold probabilities. */
  threshold: number | null;
  /** On the training rows, each by a model and a calibration that did not see it. */
  crossValidated: ComparedMetrics | null;
  /** How much better the chosen model is there; above 0 is better, for log loss too. */
  crossValidatedGain: ComparedMetrics | null;
  /** Probabilities of the test rows. */
  probability: Float64Array | null;
  /** On the test rows. */
  metrics: Metrics | null;
  /** How much better the chosen model is there: it earns its place where `low` is above 0. */
  gain: ComparedMetrics | null;
}

/** Draws of the intervals of the cross-validation: there are many more rows than in the test. */
const MOST_ROUNDS = 100;

interface Draws {
  rounds: number;
  seed: string;
  group: readonly string[];
}

/**
 * All candidates, by cross-validated log loss: as they did on the folds and on the test rows, each with its interval and with
 * the paired difference to the chosen one.
 *
 * @param model the chosen one on the test rows
 */
export function candidateTable(
  { candidates, choice, lacking, search }: FittedPipeline,
  test: SnapshotPart,
  model: Evaluation,
  draws: Draws,
): Candidate[] {
  const { measured } = search;
  const folds = new Map(
    candidates.map(({ validated, threshold }) => [
      validated,
      evaluate(measured.label, validated.probability, {
        threshold,
        rounds: Math.min(MOST_ROUNDS, draws.rounds),
        seed: draws.seed,
        group: measured.subscriber,
      }),
    ]),
  );
  const best = folds.get(choice.chosen);
  const table = candidates.map((candidate): Candidate => {
    const { validated, threshold } = candidate;
    const chosen = validated === choice.chosen;
    const probability = calibrate(candidate.calibration, candidate.model.score(test.table));
    const own = chosen ? model : evaluate(test.label, probability, { ...draws, threshold });
    const inFolds = folds.get(validated);
    return {
      name: validated.name,
      engine: validated.engine,
      chosen,
      note: noteOf(candidate),
      parameters: validated.parameters,
      calibration: validated.calibration,
      threshold,
      crossValidated: inFolds ? compared(inFolds) : null,
      crossValidatedGain: chosen || !inFolds || !best ? null : gainOver(best, inFolds),
      probability,
      metrics: own.metrics,
      gain: chosen ? null : gainOver(model, own),
    };
  });
  return [...table, ...[...lacking].map(([engine, why]) => missing(engine, why))];
}

const compared = ({ metrics }: Evaluation) =>
  Object.fromEntries(COMPARED.map((name) => [name, metrics[name]])) as ComparedMetrics;

function noteOf({ validated: { engine, blend, parameters } }: FittedCandidate): string {
  if (blend) return `the mean of ${blend.of === "log-odds" ? "the log-odds" : "the probabilities"} of both`;
  const own = Object.entries(parameters).filter(([key]) => key !== "engine");
  return [ENGINES[engine].what, ...own.map(([key, value]) => `${key} ${value ?? "none"}`)].join(", ");
}

function missing(engine: EngineName, why: string): Candidate {
  const none = { parameters: null, calibration: null, threshold: null, probability: null, metrics: null, gain: null };
  const { title } = ENGINES[engine];
  return {
    ...none,
    name: title,
    engine,
    chosen: false,
    note: `not there: ${why}`,
    crossValidated: null,
    crossValidatedGain: null,
  };
}
