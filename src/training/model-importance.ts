import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { random } from "../core/random.js";
import { mean } from "../statistics/mean.js";
import { rocAuc } from "../statistics/roc-auc.js";
import { standardDeviation } from "../statistics/standard-deviation.js";
import type { EngineModel, FeatureTable } from "./engines/engine.js";

/** How much ROC AUC is lost on rows where one feature is shuffled. */
export interface ModelImportance {
  /** Mean loss over the repeats. */
  mean: number;
  /** Standard deviation over the repeats, n − 1; 0 for one repeat. */
  sd: number;
}

/** More rows than this do not change the order of features, and cost time. */
const MOST_ROWS = 4000;

/**
 * Shuffles one feature at a time on held-out rows and measures the loss of ROC AUC (Breiman 2001; Fisher et al. 2019).
 *
 * Of two features that say the same each looks unimportant, because the other stays.
 *
 * @param table held-out rows; of more than 4,000 a seeded sample is used
 * @returns one entry a feature, or null when the rows have one class only
 * @throws ChurnError INTERRUPTED when the signal aborts
 */
export async function modelImportance(
  model: EngineModel,
  table: FeatureTable,
  label: Uint8Array,
  { repeats, seed }: { repeats: number; seed: string },
  { onProgress, signal }: StageContext = {},
): Promise<ModelImportance[] | null> {
  const rows = shuffled(label.length, random(`${seed}/permutation-rows`))
    .slice(0, MOST_ROWS)
    .sort();
  const some = { names: table.names, columns: table.columns.map((column) => pick(column, rows)) };
  const truth = Uint8Array.from(rows, (row) => label[row]);
  const shuffledScores = model.shuffledScores(some);
  const whole = rocAuc(truth, model.score(some));
  if (whole === null) return null;
  const out: ModelImportance[] = [];
  for (const [j, name] of table.names.entries()) {
    throwIfInterrupted(signal, "training");
    const draw = random(`${seed}/permutation/${name}`);
    const losses = Array.from({ length: repeats }, () => {
      const score = shuffledScores(j, shuffled(rows.length, draw));
      return score === null ? 0 : whole - (rocAuc(truth, score) ?? whole);
    });
    out.push({ mean: mean(losses) ?? 0, sd: standardDeviation(losses) ?? 0 });
    onProgress?.({ task: "permutation importance", done: j + 1, total: table.names.length, unit: "features" });
    // lets a waiting signal or another task in
    await new Promise(setImmediate);
  }
  return out;
}

const pick = (column: Float64Array, rows: Int32Array) => Float64Array.from(rows, (row) => column[row]);

/** 0 … n − 1 in random order (Fisher and Yates). */
function shuffled(n: number, draw: { int(n: number): number }): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = draw.int(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
