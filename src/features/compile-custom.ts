import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { firstLineOf } from "../core/fault.js";
import { checkExpression } from "../expressions/check-expression.js";
import { type ExpressionNode, type FunctionNode, partsOf, visit, withParts } from "../expressions/expression-node.js";
import { parseExpression, printExpressions } from "../expressions/expression-text.js";
import { type Database, name } from "../store/database.js";
import { CUSTOM_RULES, careOf, isCustomAggregate } from "./custom-aggregates.js";
import { type CustomFeature, isCustom } from "./custom-feature.js";
import type { FeaturePlan } from "./feature-plan.js";
import type { UsageMeasure } from "./usage-measures.js";

/** A feature of one's own as SQL: aggregates over rows, and an expression of them. */
export interface CompiledCustom {
  feature: CustomFeature;
  /** `sum(…) AS "c0_0"`, over the columns of a row of `customColumns`. */
  aggregates: string[];
  /** A double over the aliases of the aggregates, missing where it is no finite number. */
  value: string;
}

/** Where a row has its age and its activity until it is shown to a feature: no measure is called so. */
export const [AGE, ACTIVE] = ['"the age"', '"the activity"'];

/** Columns that a row has beside the measures. */
const ROW: Readonly<Record<string, { sql: string; type: string }>> = {
  day: { sql: "DP_DATE", type: "DATE" },
  age: { sql: AGE, type: "BIGINT" },
  active: { sql: ACTIVE, type: "BOOLEAN" },
};

/** What a row shows to a feature: its day, age and activity, and each measure by its own name and by that of its features. */
export function customColumns(measures: readonly UsageMeasure[]): { name: string; sql: string; type: string }[] {
  const found = new Map(Object.entries(ROW).map(([key, row]) => [key, { name: key, ...row }]));
  for (const { name: short, column, kind } of measures) {
    for (const each of [column, short]) {
      const key = each.toLowerCase();
      if (!found.has(key))
        found.set(key, { name: each, sql: name(column), type: kind === "count" ? "BIGINT" : "DOUBLE" });
    }
  }
  return [...found.values()];
}

/**
 * Reads, checks and compiles the features of a plan that somebody wrote.
 *
 * They are checked each time: a plan may come from a file or a model of somebody else, and its SQL must see nothing but the subscriber's
 * own rows of days before the snapshot.
 *
 * @throws ChurnError BAD_OPTION naming the key, for what is no aggregate, sees more than it may, or gives no number
 */
export async function compileCustom(db: Database, plan: FeaturePlan): Promise<CompiledCustom[]> {
  const columns = customColumns(plan.measures);
  const compiled: CompiledCustom[] = [];
  for (const feature of plan.features.filter(isCustom)) {
    compiled.push(await compile(db, feature, `c${compiled.length}`, columns));
  }
  return compiled;
}

const HINT =
  "it takes one aggregate over the rows of days before the snapshot, as sum(M) FILTER (WHERE dayofweek(day) IN (0, 6)) / sum(M)";

async function compile(
  db: Database,
  feature: CustomFeature,
  prefix: string,
  columns: readonly { name: string; type: string }[],
): Promise<CompiledCustom> {
  const { sql } = feature;
  const key = `features.custom.${feature.name}`;
  const node = await parseExpression(db, sql, key, HINT);
  const fault = (what: string, hint: string) =>
    new ChurnError("BAD_OPTION", `option "${key}" ${what}: ${JSON.stringify(sql)}`, { hint });
  const names = columns.map((column) => column.name.toLowerCase());
  for (const column of checkExpression({ key, sql, node }, CUSTOM_RULES)) {
    if (names.includes(column.toLowerCase())) continue;
    const near = closestMatch(column.toLowerCase(), names);
    const meant = columns.find((each) => each.name.toLowerCase() === near)?.name;
    throw fault(
      `names a column ${JSON.stringify(column)} that a row does not have`,
      meant ? `did you mean ${meant}?` : `it has ${columns.map((each) => each.name).join(", ")}`,
    );
  }
  const found: FunctionNode[] = [];
  // an aggregate becomes a column of the query inside
  const outer = lift(node, (aggregate) => {
    found.push(aggregate);
    return { ...COLUMN, column_names: [`${prefix}_${found.length - 1}`] };
  });
  if (found.length === 0) {
    throw fault("is no aggregate", "what happened on many days becomes one number by sum, count, max and the like");
  }
  for (const aggregate of found) checkAggregate(aggregate, fault);
  visit(outer, (part) => {
    const own = part.class === "COLUMN_REF" ? part.column_names[0] : undefined;
    if (own === undefined || own.startsWith(`${prefix}_`)) return;
    throw fault(
      `has ${own} outside of an aggregate`,
      `a subscriber has many rows: sum(${own}), max(${own}), arg_max(${own}, day)`,
    );
  });
  const aggregates: string[] = [];
  for (const [index, aggregate] of found.entries()) {
    aggregates.push(`${await aggregateSql(db, aggregate, feature.within)} AS ${prefix}_${index}`);
  }
  const [printed] = await printExpressions(db, [outer]);
  const value = `CAST(${printed} AS DOUBLE)`;
  const compiled = { feature, aggregates, value: `CASE WHEN isfinite(${value}) THEN ${value} END` };
  await tryOut(db, { aggregates, value: printed }, columns, fault);
  return compiled;
}

const COLUMN = { class: "COLUMN_REF", type: "COLUMN_REF", alias: "", query_location: 0 } as const;

/** The expression with each outermost aggregate replaced. */
function lift(node: ExpressionNode, replace: (aggregate: FunctionNode) => ExpressionNode): ExpressionNode {
  return isCustomAggregate(node) ? replace(node) : withParts(node, (part) => lift(part, replace));
}

type Fault = (what: string, hint: string) => ChurnError;

function checkAggregate(aggregate: FunctionNode, fault: Fault): void {
  const { function_name, distinct, order_bys } = aggregate;
  for (const part of partsOf(aggregate)) {
    visit(part, (inner) => {
      if (!isCustomAggregate(inner)) return;
      throw fault(`has ${inner.function_name} inside of ${function_name}`, "an aggregate takes what a row has");
    });
  }
  if (order_bys?.orders.length) {
    throw fault(
      `has ORDER BY inside of ${function_name}`,
      "arg_max(x, day) is the last value, arg_min(x, day) the first",
    );
  }
  if (distinct && !["count", "min", "max"].includes(function_name.toLowerCase())) {
    throw fault(`has DISTINCT inside of ${function_name}`, "count(DISTINCT x) counts different values");
  }
}

/**
 * An aggregate as it is computed: its bits do not depend on the order of rows. A sum adds whole billionths; what is no finite number in a
 * row is left out of it.
 */
async function aggregateSql(db: Database, aggregate: FunctionNode, within: number | undefined): Promise<string> {
  const { function_name, children, filter, distinct } = aggregate;
  const printed = await printExpressions(db, [...children, ...(filter ? [filter] : [])]);
  const given = printed.slice(0, children.length);
  const condition = [
    ...(filter ? [`(${printed[children.length]})`] : []),
    ...(within === undefined ? [] : [`age <= ${within}`]),
  ].join(" AND ");
  const only = condition ? ` FILTER (WHERE ${condition})` : "";
  const care = careOf(aggregate);
  const called = function_name.toLowerCase();
  if (care === "exact" && given.length === 1) {
    const value = `CAST(${given[0]} AS DOUBLE)`;
    const billionths = `CAST(CASE WHEN isfinite(${value}) THEN ${value} END AS DECIMAL(38, 9))`;
    return `CAST(${called}(${billionths})${only} AS DOUBLE)`;
  }
  if (called === "count_star") return `count(*)${only}`;
  const unique =
    children[1]?.class === "COLUMN_REF" && ["day", "age"].includes(children[1].column_names[0].toLowerCase());
  const order = care === "sorted" && !unique && given.length ? ` ORDER BY ${given.join(", ")}` : "";
  return `${called}(${distinct ? "DISTINCT " : ""}${given.join(", ")}${order})${only}`;
}

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN|BIGNUM)$/;

/** @throws ChurnError for an expression that DuckDB does not take for columns of these types, or that gives no number */
async function tryOut(
  db: Database,
  { aggregates, value }: { aggregates: readonly string[]; value: string },
  columns: readonly { name: string; type: string }[],
  fault: Fault,
): Promise<void> {
  const row = columns.map((column) => `CAST(NULL AS ${column.type}) AS ${name(column.name)}`);
  const query = `SELECT ${value} AS value FROM (SELECT ${aggregates.join(", ")} FROM (SELECT ${row.join(", ")}))`;
  const described = await db.rows<{ column_type: string }>(`DESCRIBE ${query}`).catch((error: unknown) => {
    throw fault(`cannot be computed, as DuckDB says: ${inWords(error)}`, HINT);
  });
  const type = described[0]?.column_type ?? "";
  if (NUMBER.test(type)) return;
  const cure = type === "DATE" || type === "INTERVAL" ? "; age counts days back from the snapshot" : "";
  throw fault(`gives ${type}, and a feature is a number${cure}`, HINT);
}

/** What DuckDB says, without what does not help. */
export const inWords = (error: unknown): string =>
  firstLineOf(error)
    .replace(/^[A-Z][a-z]+ (of Range )?Error: /, "")
    .replace(/\.? You might need to add explicit type casts\.$|\.$/, "");
