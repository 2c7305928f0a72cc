import type { FeatureColumn } from "../forest/matrix/matrix.js";
import { rocAuc } from "../statistics/roc-auc.js";
import type { Label } from "./read-label.js";

/** Rows that are looked at, evenly over the table: enough to see what one column tells by itself. */
const MOST_ROWS = 20_000;
/** Rows, and rows of the rarer class, from which on a column can be called too good. */
const FEWEST_ROWS = 50;
const FEWEST_RARE = 10;
/** ROC AUC from which on one column that tells the label is more likely known after it than before. */
const TOO_GOOD = 0.985;
const TOO_CORRELATED = 0.999;

/** A column as it is looked at. */
interface NamedColumn {
  name: string;
  values: FeatureColumn;
}

/**
 * Names columns that a careful reader would ask about: numbers that are ids, and columns that tell the label by themselves.
 *
 * @param labelled rows that have a label
 */
export function tellingColumns(
  columns: readonly NamedColumn[],
  label: Pick<Label, "name" | "y" | "classes">,
  labelled: Int32Array,
): string[] {
  const step = Math.max(1, labelled.length / MOST_ROWS);
  const rows = Int32Array.from(
    { length: Math.floor(labelled.length / step) },
    (_, i) => labelled[Math.floor(i * step)],
  );
  return columns.flatMap(({ name, values }) => [
    ...(isId(name, values) ? [idNote(name)] : []),
    ...tellingNote(name, values, label, rows),
  ]);
}

const cure = (name: string) => `--exclude ${/^[\w.-]+$/.test(name) ? name : JSON.stringify(name)}`;

const idNote = (name: string) =>
  `column ${JSON.stringify(name)} has another whole number in every row, as an id has; if it is one: ${cure(name)}`;

/** Whether a column of whole numbers, no two of them equal, rises with the rows, or is called an id. */
function isId(name: string, values: FeatureColumn): boolean {
  if (!(values instanceof Float64Array) || values.length < FEWEST_ROWS) return false;
  let rises = true;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isInteger(values[i])) return false;
    if (i > 0 && values[i] <= values[i - 1]) rises = false;
  }
  if (rises) return true;
  if (!/(^|[^a-z])(id|ids|uuid|key|number|no|nr|msisdn|phone|account)$|Id$|ID$/i.test(name)) return false;
  return new Set(values).size === values.length;
}

function tellingNote(
  name: string,
  values: FeatureColumn,
  { name: label, y, classes }: Pick<Label, "name" | "y" | "classes">,
  rows: Int32Array,
): string[] {
  if (rows.length < FEWEST_ROWS || classes.length > 2) return [];
  const shown = JSON.stringify(name);
  const question = `is it known before ${JSON.stringify(label)} is? If not: ${cure(name)}`;
  if (classes.length === 0) {
    if (!(values instanceof Float64Array)) return [];
    const filled = rows.filter((row) => !Number.isNaN(values[row]));
    const of = (from: ArrayLike<number>) => Float64Array.from(filled, (row) => from[row]);
    const r = filled.length < FEWEST_ROWS ? 0 : pearson(of(values), of(y));
    if (!(Math.abs(r) >= TOO_CORRELATED)) return [];
    return [`column ${shown} alone tells the label (correlation ${r.toFixed(4)}): ${question}`];
  }
  const is = Uint8Array.from(rows, (row) => (y[row] === 1 ? 1 : 0));
  const ones = is.reduce((sum, one) => sum + one, 0);
  if (Math.min(ones, rows.length - ones) < FEWEST_RARE) return [];
  const scores = values instanceof Float64Array ? numberScores(values, rows) : [levelScores(values.codes, is, rows)];
  const auc = Math.max(...scores.map((score) => rocAuc(is, score) ?? 0.5).map((area) => Math.max(area, 1 - area)));
  if (auc < TOO_GOOD) return [];
  return [`column ${shown} alone tells the classes apart (ROC AUC ${auc.toFixed(3)}): ${question}`];
}

/** Correlation of two columns; NaN where one is constant. */
function pearson(x: Float64Array, y: Float64Array): number {
  const mean = (of: Float64Array) => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - mx) ** 2;
    xy += (x[i] - mx) * (y[i] - my);
    yy += (y[i] - my) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

/** Numbers as scores, missing ones below or above all others; infinities as far ends. */
function numberScores(values: Float64Array, rows: Int32Array): Float64Array[] {
  const most = Number.MAX_VALUE;
  return [-most, most].map((missing) =>
    Float64Array.from(rows, (row) => {
      const value = values[row];
      return Number.isNaN(value) ? missing : Math.min(most, Math.max(-most, value));
    }),
  );
}

/** The share of class 1 among the other rows of the same text: a text that never repeats tells nothing by it. */
function levelScores(codes: Int32Array, is: Uint8Array, rows: Int32Array): Float64Array {
  const sums = new Map<number, { rows: number; ones: number }>();
  for (let i = 0; i < rows.length; i++) {
    const sum = sums.get(codes[rows[i]]) ?? { rows: 0, ones: 0 };
    sums.set(codes[rows[i]], { rows: sum.rows + 1, ones: sum.ones + is[i] });
  }
  const all = is.reduce((sum, one) => sum + one, 0) / rows.length;
  return Float64Array.from(rows, (row, i) => {
    const { rows: count, ones } = sums.get(codes[row]) ?? { rows: 1, ones: 0 };
    return count < 2 ? all : (ones - is[i] + all) / count;
  });
}
