import type { Chart } from "../../charts/chart.js";
import { lineChart } from "../../charts/line-chart.js";
import type { Parameters } from "../engines/engine.js";
import type { SearchRow } from "../search-grid.js";

/** Mean ROC AUC against the number of trees, a line for each combination of the rest, with one standard deviation. */
export function searchChart(search: readonly SearchRow[]): Chart {
  const several = (key: keyof Parameters) => new Set(search.map((row) => row.parameters[key])).size > 1;
  const nameOf = ({ parameters: p }: SearchRow) =>
    [
      ...(several("engine") ? [p.engine] : []),
      ...(p.max_depth === undefined ? [] : [p.max_depth === null ? "any depth" : `depth ${p.max_depth}`]),
      ...(p.max_leaves === undefined ? [] : [`${p.max_leaves ?? "any number of"} leaves`]),
      ...(several("learning_rate") && p.learning_rate !== undefined ? [`rate ${p.learning_rate}`] : []),
      ...(several("l2") && p.l2 !== undefined ? [`L2 ${p.l2}`] : []),
      ...(several("max_features") && p.max_features !== undefined ? [`${p.max_features ?? "all"} features`] : []),
      ...(several("min_samples_leaf") ? [`leaf of ${p.min_samples_leaf}`] : []),
      ...(several("min_samples_split") && p.min_samples_split ? [`split of ${p.min_samples_split}`] : []),
      ...(several("max_samples") && p.max_samples ? [`${p.max_samples} of the rows`] : []),
      ...(several("criterion") && p.criterion ? [p.criterion] : []),
      ...(p.penalty === undefined ? [] : [`penalty ${p.penalty}`]),
    ].join(", ");
  const trees = [...new Set(search.flatMap((row) => row.parameters.num_trees ?? []))].sort((a, b) => a - b);
  if (trees.length === 0) trees.push(0);
  const names = [...new Set(search.map(nameOf))];
  const best = search.find((row) => row.chosen);
  const chosen = best ? `chosen: ${treesText(best)}${nameOf(best)}; ` : "";
  const at = (name: string, of: (row: SearchRow) => number) =>
    trees.map((count) => {
      // what has no trees is a level line
      const row = search.find((each) => nameOf(each) === name && (each.parameters.num_trees ?? count) === count);
      return row ? of(row) : Number.NaN;
    });
  return lineChart({
    title: "The grid: mean ROC AUC over the folds",
    subtitle: `${chosen}bands are one standard deviation of the folds`,
    x: { title: "trees", values: trees, kind: "number" },
    y: { title: "ROC AUC", zero: false, format: ".3f" },
    series: names.map((name) => ({
      name,
      values: at(name, (row) => row.meanAuc),
      low: at(name, (row) => row.meanAuc - row.sdAuc),
      high: at(name, (row) => row.meanAuc + row.sdAuc),
    })),
  });
}

const treesText = ({ parameters: { num_trees } }: SearchRow) => (num_trees === undefined ? "" : `${num_trees} trees, `);
