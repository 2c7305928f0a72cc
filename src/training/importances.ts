import type { ModelImportance } from "./model-importance.js";

/** How much a model leans on a feature. */
export interface FeatureImportance {
  feature: string;
  /** What a person calls it. */
  title: string;
  /** Share of the forest's gain, summing to 1 (mean decrease of impurity); null where the engine has none. */
  gain: number | null;
  /** ROC AUC lost on the test rows when the feature is shuffled; null when that was not measured. */
  permutation: number | null;
  /** Standard deviation of that loss over the repeats. */
  permutationSd: number | null;
}

/** The importances of all features, the largest first: by gain, or by permutation where there is no gain. */
export function importanceTable(
  features: readonly string[],
  { gain, permutation }: { gain: Float64Array | null; permutation: readonly ModelImportance[] | null },
  titleOf: (feature: string) => string,
): FeatureImportance[] {
  const table = features.map((feature, j) => ({
    feature,
    title: titleOf(feature),
    gain: gain ? gain[j] : null,
    permutation: permutation ? permutation[j].mean : null,
    permutationSd: permutation ? permutation[j].sd : null,
  }));
  const size = (row: FeatureImportance) => row.gain ?? row.permutation ?? 0;
  return table.sort((a, b) => size(b) - size(a));
}
