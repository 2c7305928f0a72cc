import { checkOutputs } from "../core/check-outputs.js";
import { ChurnError } from "../core/errors.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { random } from "../core/random.js";
import { permutationImportance } from "../forest/explain/permutation-importance.js";
import { shapValues } from "../forest/explain/tree-shap.js";
import type { Matrix } from "../forest/matrix/matrix.js";
import { DEFAULT_SEED } from "../forest/trees/tree-options.js";
import type { ColumnOverrides } from "../table-files/column-reading.js";
import { columnOf, listed, withTable } from "../table-files/open-table.js";
import { readTexts } from "../table-files/read-columns.js";
import { rowsOf } from "./fit-trees.js";
import { readForModel } from "./predict-table.js";
import { readLabel } from "./read-label.js";
import { loadTableModel, type TableModel } from "./table-model.js";
import { checkOutput, writePredictionFile } from "./write-predictions.js";

/** Which model to explain, on which rows, and where to write the effects. */
export interface ExplainTable extends Pick<ColumnOverrides, "number" | "date_format"> {
  /** File of the model. */
  model: string;
  /** Table to explain; without it the model alone tells what it gained by. */
  input?: string;
  /** `.csv` or `.parquet` for the effect of each column in each row. */
  output?: string;
  /** Columns of the input that are copied in front. */
  id?: readonly string[];
  /** Class whose probability is explained; the last one when left out. */
  class?: string;
  /** Rows that the means are taken over, drawn by the seed, when there is no output; 500. */
  rows?: number;
  /** Shuffles of each column, where the input has the label; 5. */
  repeats?: number;
  seed?: number;
}

/** What a model relies on: importance and effect of each column. */
export interface ExplainedTable {
  model: "forest" | "boosting";
  /** What the effects add up to: a probability, the logit of one, or a quantity. */
  scale: "probability" | "logit" | "value";
  class: string | null;
  /** The score that the effects start from. */
  baseline: number | null;
  rows: number;
  columns: {
    column: string;
    /** Share of the gain of the splits. */
    importance: number;
    /** Mean size of the effect on the score of a row (Shapley values). */
    meanEffect: number | null;
    /** ROC AUC that is lost when the column is shuffled, and its spread over the repeats. */
    permutation: number | null;
    permutationSd: number | null;
  }[];
  output?: string;
  notes: string[];
}

/** Rows that are explained between two looks at the signal. */
const BATCH = 256;

/**
 * Tells what a model goes by: the share of each column in the gain; with a table, the size of its effects (TreeSHAP), and with
 * the label in it the ROC AUC that is lost when the column is shuffled. With an output, the effects in each row: baseline
 * and effects of a row sum to its score.
 */
export async function explainTable(
  { model: path, input, output, id = [], rows: most = 500, repeats = 5, seed = DEFAULT_SEED, ...wanted }: ExplainTable,
  { onProgress, signal }: StageContext = {},
): Promise<ExplainedTable> {
  if (output) checkOutput(output);
  checkOutputs(input ? [path, input] : [path], [output]);
  if (output && !input) throw new ChurnError("BAD_USAGE", "--output needs the rows to explain: give --input TABLE");
  const model = await loadTableModel(path);
  const { forest, classes } = model;
  const k = classOf(model, wanted.class);
  const importances = forest.importances();
  const known = {
    model: forest.kind,
    scale:
      classes.length === 0
        ? ("value" as const)
        : forest.link !== "none"
          ? ("logit" as const)
          : ("probability" as const),
    class: classes[k] ?? null,
  };
  const columnsOf = (effects?: Float64Array, permuted?: { mean: Float64Array; sd: Float64Array }) =>
    model.columns
      .map(({ name }, j) => ({
        column: name,
        importance: importances[j],
        meanEffect: effects ? effects[j] : null,
        permutation: permuted ? permuted.mean[j] : null,
        permutationSd: permuted ? permuted.sd[j] : null,
      }))
      .sort((a, b) => (b.meanEffect ?? b.importance) - (a.meanEffect ?? a.importance));
  if (!input) return { ...known, baseline: null, rows: 0, columns: columnsOf(), notes: [] };
  return withTable(
    input,
    async (table) => {
      const { x, notes } = await readForModel(table, model, wanted);
      const sample = rowsOf(x, drawn(table.rows, output ? table.rows : most, seed));
      const { values, baseline } = await effectsOf(model, sample, k, { onProgress, signal });
      const effects = meanSizes(values, model.columns.length);
      let permuted: { mean: Float64Array; sd: Float64Array } | undefined;
      if (classes.length === 2 && table.columns.some(({ name }) => name === model.label)) {
        const label = await readLabel(table, { label: model.label, positive: classes[1], task: "classification" });
        const rows = Int32Array.from(label.y.keys()).filter((row) => label.y[row] >= 0);
        permuted = permutationImportance(
          forest,
          rowsOf(x, rows),
          Array.from(rows, (row) => label.y[row]),
          { repeats, seed },
        );
        notes.push(
          "shuffled columns are measured on the rows of the input: give rows that the model was not fitted on",
        );
      }
      if (output) {
        const width = model.columns.length;
        const ids = await readTexts(
          table,
          id.map((name) => columnOf(table, name, "the id")),
        );
        await writePredictionFile(output, [
          ...id.map((name, c) => ({ name, values: ids[c] })),
          { name: "baseline", values: new Float64Array(table.rows).fill(baseline) },
          ...model.columns.map(({ name }, j) => ({
            name: `effect of ${name}`,
            values: Float64Array.from({ length: table.rows }, (_, i) => values[i * width + j]),
          })),
        ]);
      }
      const rows = values.length / model.columns.length;
      return { ...known, baseline, rows, columns: columnsOf(effects, permuted), ...(output ? { output } : {}), notes };
    },
    signal ? { signal } : {},
  );
}

function classOf({ classes }: TableModel, wanted: string | undefined): number {
  if (wanted === undefined) return classes.length - 1;
  const k = classes.indexOf(wanted);
  if (k < 0) {
    throw new ChurnError("BAD_USAGE", `the model has no class ${JSON.stringify(wanted)}`, {
      hint: classes.length > 0 ? `it has ${listed(classes)}` : "it predicts a quantity",
    });
  }
  return k;
}

/** Rows of a table, some of them drawn when they are more than are wanted. */
function drawn(rows: number, most: number, seed: number): Int32Array {
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  if (rows <= most) return all;
  const draw = random(`${seed}/explain`);
  for (let i = 0; i < most; i++) {
    const j = i + draw.int(rows - i);
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all.slice(0, most).sort();
}

async function effectsOf({ forest, classes }: TableModel, x: Matrix, k: number, { onProgress, signal }: StageContext) {
  const width = x.columns.length;
  const { binned } = forest.binned(x);
  const values = new Float64Array(binned.rows * width);
  let baseline = 0;
  for (let from = 0; from < binned.rows; from += BATCH) {
    throwIfInterrupted(signal, "explain");
    const rows = Int32Array.from({ length: Math.min(BATCH, binned.rows - from) }, (_, i) => from + i);
    const part = shapValues(forest, { binned, rows }, classes.length > 0 ? k : undefined);
    values.set(part.values, from * width);
    baseline = part.baseline;
    onProgress?.({ task: "explain", done: from + rows.length, total: binned.rows, unit: "rows" });
    // lets a signal in
    await new Promise(setImmediate);
  }
  return { values, baseline };
}

function meanSizes(values: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < values.length; i++) sums[i % width] += Math.abs(values[i]);
  return sums.map((sum) => (sum * width) / Math.max(1, values.length));
}
