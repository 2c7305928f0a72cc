import { ChurnError } from "../core/errors.js";
import type { FeatureColumn, Matrix } from "../forest/matrix/matrix.js";
import type { ColumnReading } from "../table-files/column-reading.js";
import { findReadings } from "../table-files/find-readings.js";
import { columnOf, listed, type OpenTable, withTable } from "../table-files/open-table.js";
import { readValues } from "../table-files/read-columns.js";
import type { TableRoles } from "./options.js";
import { type Label, readLabel } from "./read-label.js";
import { tellingColumns } from "./telling-columns.js";

/** A column that a model learns from, and how its cells are read. */
export interface ModelColumn extends ColumnReading {
  name: string;
}

/** What a model learns from. */
export interface TrainingTable {
  path: string;
  columns: ModelColumn[];
  /** Columns of all rows, those without a label too. */
  x: Matrix;
  label: Label;
  weight: Float64Array | undefined;
  /** Rows that have a label. */
  labelled: Int32Array;
  /** Numbers of the folds, when a column names them. */
  fold: Float64Array | undefined;
  /** What a careful reader of the table would say. */
  notes: string[];
}

/** How a table is to be read. */
export interface TrainingRoles extends TableRoles {
  task: "classification" | "regression";
  /** Column that names the fold of each row. */
  fold?: string | undefined;
}

/** Levels up to which a column of texts that never repeat may be one of categories, in a table of few rows. */
const FEW_LEVELS = 20;
/** Levels that the bins of a column hold. */
const MOST_LEVELS = 255;

/**
 * Reads a table to learn from.
 *
 * Left out, with a note: the label, what is excluded, row numbers without a name (as pandas writes them), and texts that
 * are another in every row.
 *
 * @throws ChurnError as `withTable` and `readLabel`; BAD_INPUT when no column is left, or a weight is not a number ≥ 0
 */
export async function readTrainingTable(
  path: string,
  roles: TrainingRoles,
  context: { signal?: AbortSignal } = {},
): Promise<TrainingTable> {
  return withTable(
    path,
    async (table) => {
      const notes: string[] = [];
      const label = await readLabel(table, roles);
      notes.push(...label.notes);
      if (label.unlabelled > 0) notes.push(`${label.unlabelled} rows without a label are not learnt from`);
      const out = new Set([roles.label, ...(roles.exclude ?? [])]);
      for (const name of roles.exclude ?? []) columnOf(table, name, "the excluded column");
      const weight = roles.weight === undefined ? undefined : await readWeight(table, roles.weight);
      if (roles.weight !== undefined) out.add(roles.weight);
      const fold = roles.fold === undefined ? undefined : await readFold(table, roles.fold);
      if (roles.fold !== undefined) out.add(roles.fold);
      const wanted = table.columns.filter(({ name }) => !out.has(name));
      const { readings, notes: said } = await findReadings(table, wanted, { ...roles, stray: true });
      notes.push(...said);
      const read = await readValues(
        table,
        wanted.map((column, j) => ({ ...readings[j], column })),
      );
      const kept = wanted
        .map(({ name }, j) => ({ column: { name, ...readings[j] }, values: read[j] }))
        .filter(({ column, values }) => keep(column, values, notes));
      if (kept.length === 0) {
        throw new ChurnError("BAD_INPUT", `${path} has no column to learn from beside the label "${roles.label}"`, {
          ...(notes.length > 0 ? { hint: notes.join("; ") } : {}),
        });
      }
      const labelled = Int32Array.from(label.y.keys()).filter(
        (i) => label.y[i] >= 0 || (label.classes.length === 0 && !Number.isNaN(label.y[i])),
      );
      const named = kept.map(({ column: { name }, values }) => ({ name, values }));
      notes.push(...tellingColumns(named, label, labelled));
      return {
        path,
        columns: kept.map(({ column }) => column),
        x: { names: kept.map(({ column }) => column.name), columns: kept.map(({ values }) => values) },
        label,
        weight,
        labelled,
        fold,
        notes,
      };
    },
    context,
  );
}

function keep({ name }: ModelColumn, values: FeatureColumn, notes: string[]): boolean {
  if (values instanceof Float64Array) {
    if (!/^(|Unnamed: \d+|__index_level_\d+__)$/.test(name) || !values.every((value, i) => value === values[0] + i))
      return true;
    notes.push(`column ${JSON.stringify(name)} numbers the rows and is left out`);
    return false;
  }
  const { levels, codes } = values;
  if (levels.length <= FEW_LEVELS) return true;
  let filled = 0;
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) filled++;
  if (levels.length < 0.95 * filled) {
    if (levels.length <= MOST_LEVELS) return true;
    notes.push(
      `column ${JSON.stringify(name)} has ${levels.length} texts; beyond the ${MOST_LEVELS} most frequent they count as missing`,
    );
    return true;
  }
  notes.push(`column ${JSON.stringify(name)} has another text in nearly every row, as an id has, and is left out`);
  return false;
}

async function readWeight(table: OpenTable, wanted: string): Promise<Float64Array> {
  const column = columnOf(table, wanted, "the weight");
  const [weight] = await readValues(table, [{ column, kind: "number" }]);
  const bad = (weight as Float64Array).findIndex((value) => !(value >= 0 && Number.isFinite(value)));
  if (bad >= 0) {
    const found = (weight as Float64Array)[bad];
    throw new ChurnError(
      "BAD_INPUT",
      `weight "${wanted}" of ${table.path} is ${Number.isNaN(found) ? "missing" : found} in row ${bad + 1}`,
      { hint: "a weight is a number ≥ 0" },
    );
  }
  return weight as Float64Array;
}

/** Numbers the folds that a column names. */
async function readFold(table: OpenTable, wanted: string): Promise<Float64Array> {
  const column = columnOf(table, wanted, "the fold");
  const [read] = await readValues(table, [{ column, kind: "category" }]);
  const { levels, codes } = read as { levels: readonly string[]; codes: Int32Array };
  const empty = codes.indexOf(-1);
  if (empty >= 0) throw new ChurnError("BAD_INPUT", `fold "${wanted}" of ${table.path} is missing in row ${empty + 1}`);
  if (levels.length < 2) throw new ChurnError("BAD_INPUT", `fold "${wanted}" of ${table.path} is the same in all rows`);
  if (levels.length > 100) {
    throw new ChurnError(
      "BAD_INPUT",
      `fold "${wanted}" of ${table.path} has ${levels.length} values: ${listed(levels, 5)}`,
    );
  }
  return Float64Array.from(codes);
}
