import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { checkExpression, type Expression } from "../../expressions/check-expression.js";
import { type ExpressionNode, visit } from "../../expressions/expression-node.js";
import { parseExpression, printExpressions } from "../../expressions/expression-text.js";
import type { Database } from "../../store/database.js";
import type { CellReading, LogMeasure } from "../../store/log-columns.js";
import type { RecordCellOptions } from "../../store/record-cell-sql.js";
import type { Source } from "../reading/source.js";
import { countReadable, READINGS, type ReadableCells, readingOfType, readingsOfCells } from "./cell-readings.js";
import { combineRule } from "./combine-rule.js";
import { inWords } from "./duckdb-words.js";
import { MEASURE_RULES } from "./measure-aggregates.js";
import type { CastCheck, ComputedMeasure, MeasurePlan, ReadColumn } from "./measure-plan.js";
import { placeReadings, type Wanted } from "./place-readings.js";

interface MeasureExpression extends Expression {
  measure: LogMeasure;
}

/** Rows of a file that are looked at to tell what its columns hold. */
const SAMPLE = 2048;

/**
 * Plans how measures are computed from a file: which of its columns they name, and how the cells of each are read. That is what an
 * expression says by a cast, or by comparing with texts; else what an earlier file had, the type of a Parquet column, or what the
 * first rows hold.
 *
 * @param given.time position of the column whose form the options of the load say
 * @throws ChurnError BAD_OPTION for a column that the file has not, and for an expression that its cells do not fit
 */
export async function planMeasures(
  db: Database,
  measures: readonly LogMeasure[],
  source: Source,
  { grain, rules, time }: { grain: "day" | "event"; rules: RecordCellOptions; time: number | undefined },
): Promise<MeasurePlan> {
  const expressions: MeasureExpression[] = [];
  for (const measure of measures) {
    const { name, sql = "" } = measure;
    const key = `load.measures.${name}`;
    const expression = { key, sql, node: await parseExpression(db, sql, key) };
    checkExpression(expression, MEASURE_RULES);
    const node = grain === "event" ? combineRule(expression).node : expression.node;
    expressions.push({ ...expression, node, measure });
  }
  const names = columnsOf(expressions, source.header);
  const found = await readingsOf(db, source, names, expressions, { rules, time });
  const bound: BoundMeasure[] = [];
  for (const expression of expressions) bound.push(await bindLikeliest(db, expression, names, found, source.header));
  const reads = new Map(bound.flatMap(({ reads: own }) => own.map((read) => [read.alias, read])));
  const checks = new Map(bound.flatMap(({ checks: own }) => own.map((check) => [check.fails, check])));
  return {
    reads: [...reads.values()],
    checks: [...checks.values()],
    computed: bound.map(({ measure, sql }) => ({ measure, sql })),
  };
}

/** Readings of a column that are tried, and whether a cell, a type or an earlier file shows them. */
interface PossibleReadings {
  readings: readonly CellReading[];
  isKnown: boolean;
}

/** Ways to read the columns of an expression that are tried. */
const TRIED = 64;

/** Binds an expression in the likeliest way of reading its columns that it takes. */
async function bindLikeliest(
  db: Database,
  expression: MeasureExpression,
  names: ReadonlyMap<string, number>,
  found: ReadonlyMap<number, PossibleReadings>,
  header: readonly string[],
): Promise<BoundMeasure> {
  const own = namesIn(expression.node);
  const possible = own.map((column) => found.get(positionOf(names, column)) ?? { readings: [], isKnown: false });
  let first: unknown;
  for (const readings of combinations(possible.map((each) => each.readings)).slice(0, TRIED)) {
    try {
      return await bind(db, expression, {
        reading: (column) => readings[own.indexOf(column)],
        isKnown: (column) => possible[own.indexOf(column)].isKnown,
        position: (column) => positionOf(names, column),
        header,
      });
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

/** All ways to take one of each list, those with the first ones first. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((ways, list) => list.flatMap((each) => ways.map((way) => [...way, each])), [[]]);
}

/** Names of columns in an expression, each once. */
function namesIn(node: ExpressionNode): string[] {
  const names = new Set<string>();
  visit(node, (part) => {
    if (part.class === "COLUMN_REF") names.add(part.column_names[0]);
  });
  return [...names];
}

const positionOf = (names: ReadonlyMap<string, number>, column: string): number => names.get(column) ?? -1;

/** Finds the columns that expressions name: by their very name, else in any case. */
function columnsOf(expressions: readonly Expression[], header: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { key, sql, node } of expressions) {
    for (const column of namesIn(node)) {
      const exact = header.indexOf(column);
      const same = (name: string) => name.trim().toLowerCase() === column.trim().toLowerCase();
      const position = exact >= 0 ? exact : header.findIndex(same);
      if (position < 0) throw unknownColumn(column, { key, sql }, header);
      found.set(column, position);
    }
  }
  return found;
}

function unknownColumn(column: string, { key, sql }: Pick<Expression, "key" | "sql">, header: readonly string[]) {
  const near = closestMatch(column, header);
  return new ChurnError(
    "BAD_OPTION",
    `option "${key}" names a column ${JSON.stringify(column)} that the file does not have: ${JSON.stringify(sql)}`,
    {
      hint: near
        ? `did you mean ${quotedColumn(near)}?`
        : `the file has ${header.map(quotedColumn).join(", ")}; a text stands in single quotes`,
    },
  );
}

const quotedColumn = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** How the cells of each column may be read where an expression does not say it. */
async function readingsOf(
  db: Database,
  source: Source,
  names: ReadonlyMap<string, number>,
  expressions: readonly MeasureExpression[],
  { rules, time }: { rules: RecordCellOptions; time: number | undefined },
): Promise<Map<number, PossibleReadings>> {
  const found = new Map<number, PossibleReadings>();
  const open = new Set<number>();
  for (const [column, position] of names) {
    const name = source.header[position];
    const before = expressions
      .flatMap(({ measure }) => Object.entries(measure.reads ?? {}))
      .find(([read]) => read.toLowerCase() === name.toLowerCase())?.[1];
    const type = source.types?.[position];
    if (before) found.set(position, { readings: [before], isKnown: true });
    else if (type) {
      const reading = readingOfType(type);
      if (!reading) throw noSingleValue(type, column, expressions);
      found.set(position, { readings: [reading], isKnown: true });
    } else open.add(position);
  }
  if (open.size === 0) return found;
  const positions = [...open];
  const counted = await db.rows<{ [Way in keyof ReadableCells]: number }>(
    countReadable(await sampleOf(db, source, positions), rules),
  );
  await db.run("DROP TABLE IF EXISTS temp.sample");
  for (const [index, position] of positions.entries()) {
    const readable = counted[index] ?? NOTHING;
    const readings = readingsOfCells(readable);
    const isTold = position === time && rules.date_format !== null && !readings.includes("time");
    found.set(position, { readings: isTold ? ["time", ...readings] : readings, isKnown: readable.filled > 0 });
  }
  return found;
}

const NOTHING: ReadableCells = { filled: 0, number: 0, code: 0, day: 0, time: 0, truth: 0 };

/** SQL for the texts of some columns in the first rows, one column after the other: `place` among them, and `raw`. */
async function sampleOf(db: Database, source: Source, positions: readonly number[]): Promise<string> {
  const { head } = source;
  if (head && positions.every((position) => position < source.width)) {
    const texts = positions.flatMap((position) => head.map((row) => row[position] ?? null));
    const places = positions.flatMap((_, place) => head.map(() => place));
    await db.createTemporary("sample", { place: places, raw: texts });
    return "SELECT place, CAST(raw AS VARCHAR) AS raw FROM sample";
  }
  const cells = positions.map((position) => `${source.cell(position)}`);
  await db.run(
    `CREATE OR REPLACE TEMP TABLE sample AS SELECT [${cells.join(", ")}] AS cells FROM ${source.from} LIMIT ${SAMPLE}`,
  );
  const places = positions.map((_, place) => place).join(", ");
  return `SELECT unnest([${places}]) AS place, unnest(cells) AS raw FROM sample`;
}

function noSingleValue(type: string, column: string, expressions: readonly MeasureExpression[]): ChurnError {
  const key = expressions.find(({ node }) => namesIn(node).includes(column))?.key;
  return new ChurnError(
    "BAD_OPTION",
    `option "${key}" names the column ${JSON.stringify(column)}, which holds ${type}: no single value`,
    { hint: "it takes columns of numbers, texts, days, times and truth values" },
  );
}

/** A measure that is computed, and what it reads of a file. */
interface BoundMeasure extends ComputedMeasure {
  reads: readonly ReadColumn[];
  checks: readonly CastCheck[];
}

/** Writes the SQL of a measure, and tries it on no rows. */
async function bind(db: Database, expression: MeasureExpression, wanted: Wanted): Promise<BoundMeasure> {
  const { node, casts, reads } = placeReadings(expression.node, wanted);
  const columns = reads.map(({ alias, reading }) => `NULL::${READINGS[reading].type} AS ${alias}`);
  const from = `(SELECT ${["NULL AS nothing", ...columns].join(", ")})`;
  const [sql, ...texts] = await printExpressions(db, [node, ...casts.map((cast) => cast.child)]);
  await tryOut(db, expression, sql, from, reads);
  const checks = casts.map(({ type, column }, index): CastCheck => {
    const of = texts[index];
    const fails = `(${of} IS NOT NULL AND TRY_CAST(${of} AS ${type}) IS NULL)`;
    return { fails, column, reason: `cannot be cast to ${type}` };
  });
  const inferred = reads.filter(({ isInferred }) => isInferred).map(({ column, reading }) => [column, reading]);
  const measure = { ...expression.measure, reads: Object.fromEntries(inferred) };
  return { measure, sql: `CAST(${sql} AS DOUBLE)`, reads, checks };
}

/** @throws ChurnError BAD_OPTION for an expression that DuckDB does not take for cells of these types, or that gives no number */
async function tryOut(
  db: Database,
  { key, sql }: Expression,
  written: string,
  from: string,
  reads: readonly ReadColumn[],
): Promise<void> {
  const held = [...new Map(reads.map((read) => [read.column, read.reading]))].map(
    ([column, reading]) => `${quotedColumn(column)} holds ${PLURALS[reading]}`,
  );
  const hint = `${held.length ? `${held.join(", ")}; ` : ""}CAST(column AS DOUBLE), or another type, says how a column is to be read`;
  const fault = (what: string) =>
    new ChurnError("BAD_OPTION", `option "${key}" ${what}: ${JSON.stringify(sql)}`, { hint });
  const described = await db
    .rows<{ column_type: string }>(`DESCRIBE SELECT ${written} FROM ${from}`)
    .catch((error: unknown) => {
      throw fault(`cannot be computed, as DuckDB says: ${inWords(error, reads)}`);
    });
  const type = described[0]?.column_type ?? "";
  if (!/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN|BIGNUM)$/.test(type)) {
    const cure = type === "INTERVAL" ? ": epoch(…) makes seconds of a length of time" : "";
    throw fault(`gives ${type}, and a measure is a number${cure}`);
  }
  await db.run(`SELECT ${written} FROM ${from}`).catch((error: unknown) => {
    throw fault(`cannot be computed, as DuckDB says: ${inWords(error, reads)}`);
  });
}

const PLURALS: Record<CellReading, string> = {
  ...{ number: "numbers", text: "texts", day: "days", time: "times", truth: "true and false" },
};
