import { checkOutputs } from "../core/check-outputs.js";
import type { StageContext } from "../core/progress.js";
import { checkTableOptions, fitTrees } from "./fit-trees.js";
import type { TableRoles, TreeOptions } from "./options.js";
import { readTrainingTable } from "./read-training-table.js";
import { saveTableModel } from "./table-model.js";

/** What was fitted. */
export interface FittedTable {
  /** Path of the model. */
  output: string;
  model: "forest" | "boosting";
  task: "classification" | "regression";
  label: string;
  classes: readonly string[];
  rows: number;
  columns: { number: number; category: number };
  trees: number;
  readSeconds: number;
  fitSeconds: number;
  /** The columns that the trees gained most by, and their share of the gain. */
  importances: { column: string; importance: number }[];
  notes: string[];
}

/**
 * Fits trees on a table and writes the model.
 *
 * @param roles which column is the label, and which are not learnt from
 * @returns what was fitted, on which columns, and how long it took
 * @throws ChurnError as `readTrainingTable`; BAD_OPTION; INTERRUPTED, and then no file is written
 * @example
 * await fitTable({ input: "table.csv", label: "churn", output: "model.forest" }, { num_trees: 200 });
 */
export async function fitTable(
  { input, output, ...roles }: TableRoles & { input: string; output: string },
  options: TreeOptions = {},
  context: StageContext = {},
): Promise<FittedTable> {
  const settings = checkTableOptions(options);
  checkOutputs([input], [output]);
  const start = performance.now();
  const table = await readTrainingTable(input, { ...roles, task: settings.task }, context);
  const read = performance.now();
  const forest = await fitTrees(table, table.labelled, settings, context);
  const fitted = performance.now();
  const { label, columns, notes } = table;
  await saveTableModel(output, {
    ...{ columns, label: label.name, classes: label.classes, settings, rows: table.labelled.length },
    created: new Date().toISOString(),
    forest,
  });
  const shares = forest.importances();
  const categories = columns.filter(({ kind }) => kind === "category").length;
  return {
    ...{ output, model: settings.model, task: settings.task, label: label.name, classes: label.classes },
    rows: table.labelled.length,
    columns: { number: columns.length - categories, category: categories },
    trees: forest.numTrees,
    readSeconds: elapsedSeconds(start, read),
    fitSeconds: elapsedSeconds(read, fitted),
    importances: columns
      .map(({ name }, j) => ({ column: name, importance: shares[j] }))
      .sort((a, b) => b.importance - a.importance),
    notes,
  };
}

/** Seconds between two times of the clock, to a tenth of a millisecond. */
export function elapsedSeconds(from: number, to: number): number {
  return Math.round((to - from) * 10) / 10_000;
}
