import { ChurnError } from "../core/errors.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import type { Matrix } from "../forest/matrix/matrix.js";
import { columnOf, listed, type OpenTable, withTable } from "./open-table.js";
import { predictionsOf } from "./predict-rows.js";
import { missingColumns, readFeatures, readTexts } from "./read-columns.js";
import { loadTableModel, type TableModel } from "./table-model.js";
import { checkOutput, type OutputColumn, writePredictionFile } from "./write-predictions.js";

/** Which model predicts which table, and where to. */
export interface PredictTable {
  /** File of the model. */
  model: string;
  input: string;
  /** `.csv` or `.parquet`: a column a class, named for it, or one named for the label; a row for each of the input, in its order. */
  output: string;
  /** Columns of the input that are copied in front. */
  id?: readonly string[];
  /** Also a column `prediction` with the most probable class. */
  prediction?: boolean;
}

/** What was predicted, and into which file. */
export interface PredictedTable {
  output: string;
  rows: number;
  classes: readonly string[];
  notes: string[];
}

/**
 * Predicts the rows of a table. Its columns may stand in any order, and there may be more than the model needs; cells may be
 * missing, and texts that the model does not know count as missing, with a note.
 *
 * @throws ChurnError BAD_INPUT naming the columns that are missing, or the cell that is not what its column should hold
 */
export async function predictTable(
  { model: path, input, output, id = [], prediction = false }: PredictTable,
  context: StageContext = {},
): Promise<PredictedTable> {
  checkOutput(output);
  const model = await loadTableModel(path);
  const { x, ids, notes } = await withTable(
    input,
    async (table) => ({
      ...(await readForModel(table, model)),
      ids: await readTexts(
        table,
        id.map((name) => columnOf(table, name, "the id")),
      ),
    }),
    context,
  );
  const predicted = predictionsOf(model.forest, x);
  const rows = predicted[0].length;
  const columns: OutputColumn[] = [
    ...id.map((name, k) => ({ name, values: ids[k] })),
    ...predicted.map((values, k) => ({ name: model.classes[k] ?? model.label, values })),
  ];
  if (prediction && model.classes.length > 0) {
    const best = Array.from({ length: rows }, (_, i) => {
      let k = 0;
      for (let c = 1; c < predicted.length; c++) if (predicted[c][i] > predicted[k][i]) k = c;
      return model.classes[k];
    });
    columns.push({ name: "prediction", values: best });
  }
  throwIfInterrupted(context.signal, "predict");
  await writePredictionFile(output, columns);
  return { output, rows, classes: model.classes, notes };
}

/** Reads from a table what a model needs, and says which texts it does not know. */
export async function readForModel(table: OpenTable, model: TableModel): Promise<{ x: Matrix; notes: string[] }> {
  const names = model.columns.map(({ name }) => name);
  const missing = missingColumns(table, names);
  if (missing.length > 0) {
    const what = missing.length === 1 ? "column" : `${missing.length} columns`;
    throw new ChurnError("BAD_INPUT", `${table.path} lacks ${what} of the model: ${listed(missing)}`, {
      hint: `it has ${listed(table.columns.map(({ name }) => name))}`,
    });
  }
  const wanted = model.columns.map((column) => ({ ...column, column: columnOf(table, column.name, "the column") }));
  const columns = await readFeatures(table, wanted);
  const notes: string[] = [];
  for (const [j, column] of columns.entries()) {
    if (column instanceof Float64Array) continue;
    const known = new Set(model.forest.columns[j].levels);
    const strange = new Set(column.levels.flatMap((level, code) => (known.has(level) ? [] : [code])));
    if (strange.size === 0) continue;
    const rows = column.codes.reduce((sum, code) => sum + (strange.has(code) ? 1 : 0), 0);
    const examples = listed(
      [...strange].map((code) => JSON.stringify(column.levels[code])),
      3,
    );
    notes.push(
      `column "${names[j]}" has texts in ${rows} rows that the model does not know, they count as missing: ${examples}`,
    );
  }
  return { x: { names, columns }, notes };
}
