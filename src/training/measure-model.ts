import { dateOf } from "../core/days.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { brierScore } from "../statistics/brier-score.js";
import { calibrationErrorByRank } from "../statistics/calibration-error.js";
import { type Confusion, confusion } from "../statistics/confusion.js";
import { logLoss } from "../statistics/log-loss.js";
import { calibrate } from "./calibration.js";
import { type CalibrationCheck, checkCalibration } from "./check-calibration.js";
import { evaluate, type Metrics } from "./evaluate.js";
import type { FittedPipeline } from "./fit-on-training-part.js";
import { type FeatureImportance, importanceTable } from "./importances.js";
import { modelImportance } from "./model-importance.js";
import type { TrainSettings } from "./options.js";
import { measurePeople, type People } from "./people.js";
import { type Candidate, candidateTable } from "./report/candidate-table.js";
import { type ReportCurves, reportCurves } from "./report/report-curves.js";
import { type SegmentRow, segmentationsOf, segmentTable } from "./report/segment-table.js";
import { campaignOf } from "./search-space.js";
import type { SnapshotPart } from "./snapshot-part.js";

/** How a model does on the test rows. */
export interface Measured {
  /** Score of each test row before calibration. */
  score: Float64Array;
  /** Churn probability of each test row. */
  probability: Float64Array;
  metrics: Metrics;
  /** Errors of the scores before calibration, to compare with those in `metrics`. */
  beforeCalibration: { log_loss: number | null; brier: number | null; ece: number | null };
  /** Whether the probabilities come true, tenth by tenth. */
  calibrationCheck: CalibrationCheck;
  /** Of snapshots; `people` has that of people. */
  confusion: Confusion;
  people: People;
  /** All that was tried, the chosen model among them, by cross-validated log loss. */
  candidates: Candidate[];
  /** The test rows in parts: by snapshot day, and by the features of option `segments`. */
  segments: SegmentRow[];
  importances: FeatureImportance[];
  curves: ReportCurves;
}

/** Measures what was learned, once, on the test part. */
export async function measureModel(
  learned: FittedPipeline,
  test: SnapshotPart,
  settings: TrainSettings,
  { titleOf, ...context }: StageContext & { titleOf: (feature: string) => string },
): Promise<Measured> {
  const { trees, calibration, threshold } = learned;
  const { label } = test;
  const seed = String(settings.seed);
  const score = trees.score(test.table);
  const probability = calibrate(calibration, score);
  const draws = { rounds: settings.bootstrap_rounds, seed, group: test.subscriber };
  const campaign = campaignOf(settings);
  const coolingOff = settings.cooling_off ?? test.horizon;
  throwIfInterrupted(context.signal, "training");
  const evaluation = evaluate(label, probability, { ...draws, threshold });
  throwIfInterrupted(context.signal, "training");
  const candidates = candidateTable(learned, test, evaluation, draws);
  throwIfInterrupted(context.signal, "training");
  const { permutation_repeats: repeats } = settings;
  const permutation = repeats > 0 ? await modelImportance(trees, test.table, label, { repeats, seed }, context) : null;
  const segmentations = [
    { name: "snapshot day", values: Float64Array.from(test.day), text: dateOf },
    ...segmentationsOf(test.table, settings.segments),
  ];
  return {
    score,
    probability,
    metrics: evaluation.metrics,
    beforeCalibration: {
      log_loss: logLoss(label, score),
      brier: brierScore(label, score),
      ece: calibrationErrorByRank(label, score),
    },
    calibrationCheck: await checkCalibration(label, probability, test.subscriber),
    confusion: confusion(label, probability, threshold),
    people: measurePeople({ ...test, probability }, { threshold, coolingOff, campaign, rounds: draws.rounds, seed }),
    candidates,
    segments: segmentTable(segmentations, label, probability, { ...draws, threshold }),
    importances: importanceTable(test.table.names, { gain: trees.importances(), permutation }, titleOf),
    curves: reportCurves({ ...test, probability }, score, { campaign, coolingOff }),
  };
}
