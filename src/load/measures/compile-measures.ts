import { CDR_COLUMNS } from "../../cdr/columns.js";
import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { checkExpression, type Expression } from "../../expressions/check-expression.js";
import { parseExpression } from "../../expressions/expression-text.js";
import type { Database } from "../../store/database.js";
import type { LogColumn, LogMeasure } from "../../store/log-columns.js";
import { checkRowExpression, combineRule } from "./combine-rule.js";
import { MEASURE_RULES } from "./measure-aggregates.js";
import type { MeasuresOption } from "./measures-option.js";

/** Names that columns of our tables and queries have, which no measure may have. */
export const OWN_NAMES: readonly string[] = [
  ...["id", "batch_id", "line", "file_number", "raw", "f", "ok", "width_ok", "place", "owner", "brought_by"],
  ...["file_row_number", "day", "week", "date", "time", "user", "subscriber"],
];

/** Letters that the name of a column may have in every database. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,59}$/;

/**
 * Checks the measures of a configuration as far as that is possible without a file: names, expressions, and whether batches of them
 * can be put together.
 *
 * @param known the columns of the record of the store: a measure that it has keeps what is not said again
 * @returns them as columns of the record, in the order of the configuration; what their cells are read as is not known yet
 * @throws ChurnError BAD_OPTION naming the key
 */
export async function compileMeasures(
  db: Database,
  measures: MeasuresOption,
  grain: "day" | "event",
  known: readonly LogColumn[] = CDR_COLUMNS,
): Promise<LogMeasure[]> {
  const compiled: LogMeasure[] = [];
  for (const [given, option] of Object.entries(measures)) {
    const name = checkName(given, known);
    const key = `load.measures.${given}`;
    const twin = compiled.find((measure) => measure.name.toLowerCase() === name.toLowerCase());
    if (twin) throw fault(key, "is there twice: names are compared without case", "give one of them another name");
    const asked = typeof option === "string" ? { sql: option } : option;
    compiled.push(await compile(db, { name, key, grain, known }, asked));
  }
  return compiled;
}

type Asked = Exclude<MeasuresOption[string], string>;

async function compile(
  db: Database,
  { name, key, grain, known }: { name: string; key: string; grain: "day" | "event"; known: readonly LogColumn[] },
  { sql, title, unit, kind, negative }: Asked,
): Promise<LogMeasure> {
  const before = known.find((column) => column.name === name);
  const rule = sql === undefined ? undefined : ruleOf({ key, sql, node: await parseExpression(db, sql, key) }, grain);
  if (before && kind && kind !== before.kind) {
    throw fault(
      `${key}.kind`,
      `cannot be "${kind}": ${name} is kept as "${before.kind}"`,
      "give the measure a name of its own",
    );
  }
  const own = before?.kind === "count" || before?.kind === "amount" ? before.kind : undefined;
  const found = kind ?? own ?? (rule?.counts ? "count" : "amount");
  const unitOf = unit ?? (title === undefined ? before?.unit : undefined);
  return {
    ...{ name, kind: found, title: title ?? before?.title ?? name.replaceAll("_", " ") },
    ...(unitOf === undefined ? {} : { unit: unitOf }),
    ...((negative ?? before?.negative ?? (sql !== undefined && found === "amount")) ? { negative: true } : {}),
    ...(rule && rule.combine !== "add" ? { combine: rule.combine } : {}),
    // a file is read in the way of the one before it
    ...(sql === undefined ? {} : { sql, reads: before?.reads ?? {} }),
  };
}

function ruleOf(expression: Expression, grain: "day" | "event") {
  checkExpression(expression, MEASURE_RULES);
  if (grain === "event") return combineRule(expression);
  checkRowExpression(expression);
  return { combine: "add" as const, counts: false };
}

/** The name as the record has it: that of a measure of a call record in any case. */
function checkName(given: string, known: readonly LogColumn[]): string {
  const key = `load.measures.${given}`;
  const ours = known.find((column) => column.name.toLowerCase() === given.toLowerCase());
  if (ours?.kind === "count" || ours?.kind === "amount") return ours.name;
  if (ours)
    throw fault(key, `cannot be a measure: ${ours.name} is the ${ours.title}`, "give the measure a name of its own");
  if (OWN_NAMES.includes(given.toLowerCase())) {
    throw fault(key, "cannot be the name of a measure: the store has a column of this name", "give it another name");
  }
  if (!NAME.test(given)) {
    throw fault(
      key,
      "cannot be the name of a measure",
      "a name has letters, digits and _, up to 60 of them, and begins with a letter; a title may be anything",
    );
  }
  const near = /^DP_/i.test(given)
    ? closestMatch(
        given,
        CDR_COLUMNS.map((column) => column.name),
      )
    : undefined;
  if (near)
    throw fault(
      key,
      `is no measure of a call record`,
      `did you mean ${near}? A name of its own does not begin with DP_`,
    );
  return given;
}

function fault(key: string, what: string, hint: string): ChurnError {
  return new ChurnError("BAD_OPTION", `option "${key}" ${what}`, { hint });
}
