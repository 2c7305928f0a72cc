import { importanceChart } from "../../charts/bar-chart.js";
import type { Chart } from "../../charts/chart.js";
import type { FeatureImportance } from "../importances.js";

/** Share of the gain; the loss by shuffling for an engine without one. */
export function gainChart(importances: readonly FeatureImportance[]): Chart {
  if (importances.every((row) => row.gain === null)) return permutationChart(importances);
  return importanceChart({
    names: importances.map((row) => row.title),
    values: importances.map((row) => row.gain ?? 0),
  });
}

/** Loss of ROC AUC by shuffling, with its spread; without bars when that was not measured. */
export function permutationChart(importances: readonly FeatureImportance[]): Chart {
  const measured = importances.flatMap(({ title, permutation, permutationSd }) =>
    permutation === null ? [] : [{ title, loss: permutation, sd: permutationSd ?? 0 }],
  );
  return importanceChart(
    {
      names: measured.map(({ title }) => title),
      values: measured.map(({ loss }) => loss),
      low: measured.map(({ loss, sd }) => loss - sd),
      high: measured.map(({ loss, sd }) => loss + sd),
    },
    {
      title: "What the test rows suffer without",
      valueTitle: "ROC AUC lost when the feature is shuffled",
    },
  );
}
