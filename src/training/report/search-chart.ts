import type { Chart } from "../../charts/chart.js";
import { lineChart } from "../../charts/line-chart.js";
import type { EngineName, Parameters } from "../engines/engine.js";
import { ENGINES } from "../engines/engine-facts.js";
import type { SearchRow } from "../search-grid.js";

/** Rules without anything to search: their loss is so far above that the lines of the others would lie on each other. */
const RULES: readonly EngineName[] = ["base-rate", "recency", "bg-nbd"];

/** Log loss of the grid points over the folds against the number of trees, a line for each combination of the rest. */
export function searchChart(search: readonly SearchRow[]): Chart {
  const shown = search.filter((row) => !RULES.includes(row.parameters.engine));
  const several = (key: keyof Parameters) =>
    new Set(shown.flatMap((row) => (row.parameters[key] === undefined ? [] : [row.parameters[key]]))).size > 1;
  const nameOf = ({ parameters: p }: SearchRow) =>
    [
      ...(several("engine") ? [ENGINES[p.engine].title] : []),
      ...(p.max_depth === undefined ? [] : [p.max_depth === null ? "any depth" : `depth ${p.max_depth}`]),
      ...(p.max_leaves === undefined ? [] : [`${p.max_leaves ?? "any number of"} leaves`]),
      ...(several("learning_rate") && p.learning_rate !== undefined ? [`rate ${p.learning_rate}`] : []),
      ...(several("l2") && p.l2 !== undefined ? [`L2 ${p.l2}`] : []),
      ...(several("max_features") && p.max_features !== undefined ? [`${p.max_features ?? "all"} features`] : []),
      ...(several("min_samples_leaf") && p.min_samples_leaf !== undefined ? [`leaf of ${p.min_samples_leaf}`] : []),
      ...(several("min_samples_split") && p.min_samples_split ? [`split of ${p.min_samples_split}`] : []),
      ...(several("max_samples") && p.max_samples ? [`${p.max_samples} of the rows`] : []),
      ...(several("criterion") && p.criterion ? [p.criterion] : []),
      ...(p.penalty === undefined ? [] : [`penalty ${p.penalty}`]),
    ].join(", ");
  const trees = [...new Set(shown.flatMap((row) => row.parameters.num_trees ?? []))].sort((a, b) => a - b);
  if (trees.length === 0) trees.push(0);
  const names = [...new Set(shown.map(nameOf))];
  const chosen = shown.filter((row) => row.chosen).map((row) => `${treesText(row)}${nameOf(row)}`);
  return lineChart({
    title: "The grid: log loss over the folds",
    subtitle: `${chosen.length > 0 ? `chosen: ${chosen.join(" with ")}; ` : ""}each fold calibrated on the others; lower is better`,
    x: { title: "trees", values: trees, kind: "number" },
    y: { title: "log loss", zero: false, format: ".4f" },
    series: names.map((name) => ({
      name,
      values: trees.map((count) => {
        // what has no trees is a level line
        const row = shown.find((each) => nameOf(each) === name && (each.parameters.num_trees ?? count) === count);
        return row?.logLoss ?? Number.NaN;
      }),
    })),
  });
}

const treesText = ({ parameters: { num_trees } }: SearchRow) => (num_trees === undefined ? "" : `${num_trees} trees, `);
