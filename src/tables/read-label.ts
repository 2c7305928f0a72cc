import { ChurnError } from "../core/errors.js";
import type { ColumnOverrides, ColumnReading } from "../table-files/column-reading.js";
import { findReadings } from "../table-files/find-readings.js";
import { columnOf, listed, type OpenTable } from "../table-files/open-table.js";
import { readValues } from "../table-files/read-columns.js";

/** What is to be predicted, by row; rows without it are not learnt from. */
export interface Label {
  name: string;
  /** Names of the classes in their order, the positive one last of two; none for a quantity. */
  classes: string[];
  /** Class of each row, −1 where the label is missing; or quantity, NaN where it is. */
  y: Int32Array | Float64Array;
  /** Rows that have no label. */
  unlabelled: number;
  /** What a careful reader of the column would say. */
  notes: string[];
}

/** Which column is the label, and how it is read. */
export interface LabelRoles extends ColumnOverrides {
  label: string;
  positive?: string | undefined;
  task: "classification" | "regression";
}

/** From this number of different numbers on a label looks like a quantity, when the rows do not repeat them often. */
const MANY = 30;

/**
 * Reads the label of a table: classes of any type, numbers in their order, truth values false first, texts by their letters.
 *
 * @param positive the class of which the score is the probability; all others become one class
 * @throws ChurnError BAD_INPUT for one class only, for more than 255, or for what looks like a quantity; BAD_USAGE for a
 *   column or a positive class that is not there
 */
export async function readLabel(table: OpenTable, { label, positive, task, ...overrides }: LabelRoles): Promise<Label> {
  const column = columnOf(table, label, "the label");
  const {
    readings: [reading],
    notes,
  } = await findReadings(table, [column], overrides);
  if (task === "regression") {
    if (positive !== undefined) {
      throw new ChurnError("BAD_USAGE", "a regression has no positive class", { hint: "leave out --positive" });
    }
    if (reading.kind !== "number") {
      throw new ChurnError("BAD_INPUT", `label "${label}" of ${table.path} holds no numbers`, {
        hint: "leave out --task regression, to predict classes",
      });
    }
    const [y] = (await readValues(table, [{ ...reading, column }])) as [Float64Array];
    return { name: label, classes: [], y, unlabelled: count(y, Number.isNaN), notes };
  }
  const { texts, order } = await classTexts(table, column, reading);
  const names = order.map((k) => texts.levels[k]);
  checkClasses(table, label, names, reading.kind, table.rows);
  const place = new Int32Array(texts.levels.length);
  for (const [to, from] of order.entries()) place[from] = to;
  const y = texts.codes.map((code) => (code < 0 ? -1 : place[code]));
  const unlabelled = count(y, (code) => code < 0);
  notes.push(...alikeNotes(label, names));
  if (positive === undefined) {
    const isPlain = reading.kind !== "category" || YES.test(names[1]);
    if (names.length === 2 && !isPlain) notes.unshift(positiveNote(label, names));
    return { name: label, classes: names, y, unlabelled, notes };
  }
  const one = findPositive(names, positive, reading.kind);
  if (one < 0) {
    throw new ChurnError("BAD_USAGE", `no row has the label ${JSON.stringify(positive)}`, {
      hint: `"${label}" has ${listed(names)}`,
    });
  }
  const rest = names.filter((_, k) => k !== one);
  const zero = rest.length === 1 ? rest[0] : `not ${names[one]}`;
  const classes = [zero, names[one]];
  return { name: label, classes, y: y.map((k) => (k < 0 ? -1 : k === one ? 1 : 0)), unlabelled, notes };
}

/** Texts that mean the positive class wherever they stand. */
const YES = /^(yes|y|true|t|positive)$/i;

/** Of two texts the order of letters decides which is positive, and that is nobody's meaning. */
const positiveNote = (label: string, [other, positive]: readonly string[]) =>
  `class ${JSON.stringify(positive)} of label ${JSON.stringify(label)} counts as positive, the last of the two by letters; ` +
  `if the other is meant: --positive ${JSON.stringify(other)}`;

/** Classes that differ by case or spaces only are mostly one. */
function alikeNotes(label: string, names: readonly string[]): string[] {
  const alike = new Map<string, string[]>();
  for (const name of names) {
    const key = name.trim().toLowerCase().replace(/\s+/g, " ");
    alike.set(key, [...(alike.get(key) ?? []), name]);
  }
  return [...alike.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const shown = listed(group.map((name) => JSON.stringify(name)));
      return `label ${JSON.stringify(label)} has classes that differ by case only and are learnt apart: ${shown}; write them alike if they are one`;
    });
}

const plainNumber = (text: string, { comma, thousands }: ColumnReading) =>
  comma ? text.replace(",", ".") : thousands ? text.replaceAll(",", "") : text;

/** Levels of the label as they are written, and their order; numbers that are equal are one class however they are written. */
async function classTexts(table: OpenTable, column: ReturnType<typeof columnOf>, reading: ColumnReading) {
  // each text is a class as it stands: a class may be called "None"
  const [read] = await readValues(table, [{ column, kind: "category" }]);
  const texts = read as { levels: readonly string[]; codes: Int32Array };
  const keys = texts.levels.map((text) => {
    if (reading.kind === "number") return Number(plainNumber(text, reading));
    return reading.kind === "boolean" ? text.toLowerCase() : text;
  });
  // in a column of numbers a mark of a missing value is not a class
  const first = new Map<number | string, number>();
  const merged = keys.map((key, k) => {
    if (typeof key === "number" && Number.isNaN(key)) return -1;
    const before = first.get(key);
    if (before !== undefined) return before;
    first.set(key, k);
    return k;
  });
  const used = [...first.values()].sort((a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : 0));
  return {
    texts: { levels: texts.levels, codes: texts.codes.map((code) => (code < 0 ? -1 : merged[code])) },
    order: used,
  };
}

function checkClasses(table: OpenTable, label: string, names: readonly string[], kind: string, rows: number): void {
  if (names.length === 0) throw new ChurnError("BAD_INPUT", `label "${label}" of ${table.path} is empty in all rows`);
  if (names.length === 1) {
    throw new ChurnError("BAD_INPUT", `all rows of ${table.path} have the label ${JSON.stringify(names[0])}`, {
      hint: "classes are learnt from rows of two or more of them",
    });
  }
  const values = names.map((name) => Number(name.replace(",", ".")));
  const broken = kind === "number" && values.some((value) => !Number.isInteger(value));
  const quantity =
    (kind === "number" || kind === "date") && names.length > (broken ? 10 : MANY) && names.length > rows / 20;
  if (quantity || names.length > 255) {
    const what = kind === "number" ? "numbers" : kind === "date" ? "days" : "texts";
    throw new ChurnError("BAD_INPUT", `label "${label}" of ${table.path} has ${names.length} different ${what}`, {
      hint:
        kind === "number"
          ? "to predict a quantity say --task regression; classes may be 255 at most"
          : "classes may be 255 at most; is it the right column?",
    });
  }
}

function findPositive(names: readonly string[], positive: string, kind: string): number {
  const exact = names.indexOf(positive);
  if (exact >= 0) return exact;
  if (kind === "number") return names.findIndex((name) => Number(name.replace(",", ".")) === Number(positive));
  return kind === "boolean" ? names.findIndex((name) => name.toLowerCase() === positive.toLowerCase()) : -1;
}

function count(values: Int32Array | Float64Array, test: (value: number) => boolean): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) if (test(values[i])) sum++;
  return sum;
}
