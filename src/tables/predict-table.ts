import { checkOutputs } from "../core/check-outputs.js";
import { ChurnError } from "../core/errors.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import type { CategoricalColumn, FeatureColumn, Matrix } from "../forest/matrix/matrix.js";
import type { ColumnOverrides } from "../table-files/column-reading.js";
import { columnOf, listed, type OpenTable, withTable } from "../table-files/open-table.js";
import { missingColumns, readTexts, readValues } from "../table-files/read-columns.js";
import { predictionsOf } from "./predict-rows.js";
import { loadTableModel, type TableModel } from "./table-model.js";
import { checkOutput, type OutputColumn, writePredictionFile } from "./write-predictions.js";

/** Which model predicts which table, and where to. */
export interface PredictTable extends Pick<ColumnOverrides, "number" | "date_format"> {
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
  { model: path, input, output, id = [], prediction = false, ...overrides }: PredictTable,
  context: StageContext = {},
): Promise<PredictedTable> {
  checkOutput(output);
  checkOutputs([path, input], [output]);
  const model = await loadTableModel(path);
  const { x, ids, notes } = await withTable(
    input,
    async (table) => ({
      ...(await readForModel(table, model, overrides)),
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

/**
 * Reads from a table what a model needs, and says which texts it does not know.
 *
 * @throws ChurnError BAD_INPUT for a column that is missing, a cell that is not what its column should hold, or a column of
 *   which the model knows hardly a text
 */
export async function readForModel(
  table: OpenTable,
  model: TableModel,
  { number = [], date_format }: ColumnOverrides = {},
): Promise<{ x: Matrix; notes: string[] }> {
  const names = model.columns.map(({ name }) => name);
  const missing = missingColumns(table, names);
  if (missing.length > 0) {
    const what = missing.length === 1 ? "column" : `${missing.length} columns`;
    throw new ChurnError("BAD_INPUT", `${table.path} lacks ${what} of the model: ${listed(missing)}`, {
      hint: `it has ${listed(table.columns.map(({ name }) => name))}`,
    });
  }
  for (const name of number) columnOf(table, name, "--number");
  const wanted = model.columns.map(({ lenient: _, ...reading }) => ({
    ...reading,
    ...(reading.kind === "number" && number.includes(reading.name) ? { lenient: true as const } : {}),
    ...(reading.kind === "date" && date_format !== undefined ? { format: date_format } : {}),
    column: columnOf(table, reading.name, "the column"),
  }));
  const columns = await readValues(table, wanted);
  const notes: string[] = [];
  const known = columns.map((column, j): FeatureColumn => {
    if (column instanceof Float64Array) return column;
    const { values, note } = matchLevels(column, model.forest.columns[j].levels ?? [], names[j]);
    if (note) notes.push(note);
    return values;
  });
  return { x: { names, columns: known }, notes };
}

/** Share of the filled cells of a column that must be known: below it this is another column, or one written in another way. */
const KNOWN = 0.5;

/** Says which levels a model does not know; `1.0` is the `1` that it knows, as a gap makes floats of whole numbers. */
function matchLevels({ levels, codes }: CategoricalColumn, known: readonly string[], name: string) {
  const there = new Set(known);
  const plain = (level: string) => level.replace(/^(-?\d+)\.0+$/, "$1");
  const shown = levels.map((level) => (!there.has(level) && there.has(plain(level)) ? plain(level) : level));
  const merged = [...new Set(shown)];
  const to = shown.map((level) => merged.indexOf(level));
  const values = merged.length === levels.length ? { levels: shown, codes } : recoded(codes, merged, to);
  const strange = merged.filter((level) => !there.has(level));
  if (strange.length === 0) return { values };
  const unknown = new Set(strange.map((level) => merged.indexOf(level)));
  const filled = values.codes.reduce((sum, code) => sum + (code < 0 ? 0 : 1), 0);
  const rows = values.codes.reduce((sum, code) => sum + (unknown.has(code) ? 1 : 0), 0);
  const examples = listed(
    strange.map((level) => JSON.stringify(level)),
    3,
  );
  if (known.length > 0 && known.length < MOST_LEVELS && filled >= MANY_CELLS && filled - rows < KNOWN * filled) {
    throw new ChurnError(
      "BAD_INPUT",
      `column "${name}" has texts in ${rows} of ${filled} rows that the model does not know: ${examples}`,
      {
        hint: `it knows ${listed(
          [...known].map((level) => JSON.stringify(level)),
          3,
        )}: is it written in the same way?`,
      },
    );
  }
  return {
    values,
    note: `column "${name}" has texts in ${rows} rows that the model does not know, they count as missing: ${examples}`,
  };
}

/** A model knows no more levels of a column than its bins hold; the others are unknown in any table. */
const MOST_LEVELS = 255;

/** Filled cells from which on it can be told that most are unknown. */
const MANY_CELLS = 20;

const recoded = (codes: Int32Array, levels: string[], to: readonly number[]) => ({
  levels,
  codes: codes.map((code) => (code < 0 ? -1 : to[code])),
});
