import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { firstLineOf } from "../../core/fault.js";
import type { Database } from "../../store/database.js";
import type { CellReading, LogMeasure } from "../../store/log-columns.js";
import type { RecordCellOptions } from "../../store/record-cell-sql.js";
import type { Source } from "../source.js";
import { countReadable, READINGS, type ReadableCells, readingOfCells, readingOfType } from "./cell-readings.js";
import { checkExpression, type Expression } from "./check-expression.js";
import { combineRule } from "./combine-rule.js";
import { visit } from "./expression-node.js";
import { parseExpression, printExpressions } from "./expression-text.js";
import { placeReadings, type Wanted } from "./place-readings.js";

/** A column of a file as expressions see it. */
export interface ReadColumn {
  /** What it is called in the SQL of the plan. */
  alias: string;
  /** Its name in the file, and its position from 0. */
  column: string;
  position: number;
  reading: CellReading;
}

/** A cast that a row may fail. */
export interface CastCheck {
  /** SQL for whether it fails. */
  fails: string;
  /** The first column that it casts. */
  column: string;
  reason: string;
}

/** A measure that is computed. */
export interface ComputedMeasure {
  measure: LogMeasure;
  /** SQL over the aliases: an aggregate for events, a plain expression for days; a DOUBLE. */
  sql: string;
}

/** How measures are computed from the columns of a file. */
export interface MeasurePlan {
  reads: readonly ReadColumn[];
  checks: readonly CastCheck[];
  computed: readonly ComputedMeasure[];
}

/** Rows of a file that are looked at to tell what its columns hold. */
const SAMPLE = 20_000;

/**
 * Plans how measures are computed from a file: which of its columns they name, and how the cells of each are read. That is what an
 * expression says by a cast, or by comparing with texts; else what an earlier file had, the type of a Parquet column, or what the
 * first rows hold.
 *
 * @throws ChurnError BAD_OPTION for a column that the file has not, and for an expression that its cells do not fit
 */
export async function planMeasures(
  db: Database,
  measures: readonly LogMeasure[],
  source: Source,
  { grain, rules }: { grain: "day" | "event"; rules: RecordCellOptions },
): Promise<MeasurePlan> {
  const expressions: (Expression & { measure: LogMeasure })[] = [];
  for (const measure of measures) {
    const { name, sql = "" } = measure;
    const key = `load.measures.${name}`;
    const expression = { key, sql, node: await parseExpression(db, sql, key) };
    checkExpression(expression);
    const node = grain === "event" ? combineRule(expression).node : expression.node;
    expressions.push({ ...expression, node, measure });
  }
  const names = columnsOf(expressions, source.header);
  const byCells = await readingsOf(db, source, names, expressions, rules);
  const wanted = (open: CellReading): Wanted => ({
    reading: (column) => byCells.get(positionOf(names, column)) ?? open,
    isKnown: (column) => byCells.get(positionOf(names, column)) !== undefined,
    position: (column) => positionOf(names, column),
    header: source.header,
  });
  // a column without a value in the first rows may be anything that the expressions can take
  const opens: CellReading[] = [...byCells.values()].includes(undefined)
    ? ["number", "text", "time", "day"]
    : ["number"];
  let first: unknown;
  for (const open of opens) {
    try {
      return await bind(db, expressions, wanted(open));
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

const positionOf = (names: ReadonlyMap<string, number>, column: string): number => names.get(column) ?? -1;

/** Finds the columns that expressions name: by their very name, else in any case. */
function columnsOf(expressions: readonly Expression[], header: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { key, sql, node } of expressions) {
    visit(node, (part) => {
      if (part.class !== "COLUMN_REF") return;
      const [column] = part.column_names;
      const exact = header.indexOf(column);
      const same = (name: string) => name.trim().toLowerCase() === column.trim().toLowerCase();
      const position = exact >= 0 ? exact : header.findIndex(same);
      if (position < 0) {
        const near = closestMatch(column, header);
        throw new ChurnError(
          "BAD_OPTION",
          `option "${key}" names a column ${JSON.stringify(column)} that the file does not have: ${JSON.stringify(sql)}`,
          {
            hint: near
              ? `did you mean ${quotedColumn(near)}?`
              : `the file has ${header.map(quotedColumn).join(", ")}; a text stands in single quotes`,
          },
        );
      }
      found.set(column, position);
    });
  }
  return found;
}

const quotedColumn = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** How the cells of each column are read where an expression does not say it; undefined where no cell shows it. */
async function readingsOf(
  db: Database,
  source: Source,
  names: ReadonlyMap<string, number>,
  expressions: readonly (Expression & { measure: LogMeasure })[],
  rules: RecordCellOptions,
): Promise<Map<number, CellReading | undefined>> {
  const readings = new Map<number, CellReading | undefined>();
  const open = new Set<number>();
  for (const [column, position] of names) {
    const name = source.header[position];
    const before = expressions
      .flatMap(({ measure }) => Object.entries(measure.reads ?? {}))
      .find(([read]) => read.toLowerCase() === name.toLowerCase())?.[1];
    const type = source.types?.[position];
    if (before) readings.set(position, before);
    else if (type) readings.set(position, typedReading(type, name, expressions, column));
    else open.add(position);
  }
  if (open.size === 0) return readings;
  const positions = [...open];
  const cells = positions.map((position) => `${source.cell(position)} AS c${position}`);
  const counts = positions.map((position) => `${countReadable(`c${position}`, rules)} AS n${position}`);
  const found = await db.oneRow<Record<string, string>>(
    `SELECT ${positions.map((position) => `CAST(to_json(n${position}) AS VARCHAR) AS n${position}`).join(", ")}
     FROM (SELECT ${counts.join(", ")} FROM (SELECT ${cells.join(", ")} FROM ${source.from} LIMIT ${SAMPLE}))`,
  );
  for (const position of positions) {
    readings.set(position, readingOfCells(JSON.parse(found[`n${position}`]) as ReadableCells));
  }
  return readings;
}

function typedReading(type: string, name: string, expressions: readonly Expression[], column: string): CellReading {
  const reading = readingOfType(type);
  if (reading) return reading;
  const used = expressions.find(({ node }) => {
    let isNamed = false;
    visit(node, (part) => {
      if (part.class === "COLUMN_REF" && part.column_names[0] === column) isNamed = true;
    });
    return isNamed;
  });
  throw new ChurnError(
    "BAD_OPTION",
    `option "${used?.key}" names the column ${JSON.stringify(name)}, which holds ${type}: no single value`,
    {
      hint: "it takes columns of numbers, texts, days, times and truth values",
    },
  );
}

/** Writes the SQL of a plan, and tries it on no rows. */
async function bind(
  db: Database,
  expressions: readonly (Expression & { measure: LogMeasure })[],
  wanted: Wanted,
): Promise<MeasurePlan> {
  const placed = expressions.map((expression) => ({ expression, ...placeReadings(expression.node, wanted) }));
  const reads = new Map(placed.flatMap(({ reads: own }) => own.map((read) => [read.alias, read])));
  const columns = [...reads.values()].map(({ alias, reading }) => `NULL::${READINGS[reading].type} AS ${alias}`);
  const from = `(SELECT ${["NULL AS nothing", ...columns].join(", ")})`;
  const computed: ComputedMeasure[] = [];
  const checks = new Map<string, CastCheck>();
  for (const { expression, node, casts, reads: own } of placed) {
    const [sql, ...texts] = await printExpressions(db, [node, ...casts.map((cast) => cast.child)]);
    await tryOut(db, expression, sql, from, own);
    for (const [index, { type, column }] of casts.entries()) {
      const of = texts[index];
      const fails = `(${of} IS NOT NULL AND TRY_CAST(${of} AS ${type}) IS NULL)`;
      checks.set(fails, { fails, column, reason: `cannot be cast to ${type}` });
    }
    const inferred = own.filter(({ isInferred }) => isInferred).map(({ column, reading }) => [column, reading]);
    const { measure } = expression;
    computed.push({ measure: { ...measure, reads: Object.fromEntries(inferred) }, sql: `CAST(${sql} AS DOUBLE)` });
  }
  return { reads: [...reads.values()], checks: [...checks.values()], computed };
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

/** What DuckDB says, with the names that the columns have in the file. */
export function inWords(error: unknown, reads: readonly ReadColumn[]): string {
  const names = new Map(reads.map(({ alias, column }) => [alias, column]));
  return firstLineOf(error)
    .replace(/^[A-Z][a-z]+ (of Range )?Error: /, "")
    .replace(/ You might need to add explicit type casts\.$/, "")
    .replace(/\br\d+_[a-z]+\b/g, (alias) => names.get(alias) ?? alias);
}
