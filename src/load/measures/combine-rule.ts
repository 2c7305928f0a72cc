import type { Combine } from "../../cdr/columns.js";
import { ChurnError } from "../../core/errors.js";
import type { Expression } from "../../expressions/check-expression.js";
import { type ExpressionNode, type FunctionNode, type ListNode, visit } from "../../expressions/expression-node.js";
import { AGGREGATES, hasAggregate, isAggregate } from "./measure-aggregates.js";

/** How results of a measure over parts of a subscriber-day become the result over all of it. */
export interface CombineRule {
  combine: Combine;
  /** True where it counts records: whole numbers that are not negative. */
  counts: boolean;
  /** The expression as it is computed: in a sum of sums, one that has no value counts as nothing, as it does between batches. */
  node: ExpressionNode;
}

/** Casts that keep sums additive. */
const EXACT_CASTS = ["DOUBLE"];

/**
 * Finds how two batches of a subscriber-day are put together: sums and counts, and their sums, differences and multiples, add up; the
 * largest and the smallest value are the larger and the smaller of two.
 *
 * @throws ChurnError BAD_OPTION for an expression that is no aggregate, or one of which two results do not give the result of all
 */
export function combineRule(expression: Expression): CombineRule {
  const { node } = expression;
  if (!hasAggregate(node)) {
    throw fault(
      expression,
      "is no aggregate",
      `a measure of events is computed over the records of a subscriber and day: sum(${shortOf(expression.sql)}), count(*) FILTER (…)`,
    );
  }
  if (node.class === "FUNCTION" && isAggregate(node)) checkAggregate(expression, node);
  const single = node.class === "FUNCTION" ? AGGREGATES[node.function_name.toLowerCase()] : undefined;
  if (single && single !== "add") return { combine: single, counts: false, node };
  return { combine: "add", counts: isCount(node), node: additive(expression, node) };
}

const shortOf = (sql: string) => (sql.length > 40 ? "…" : sql.trim());

/** Checks that an expression adds up, and makes sums in it pass over what is missing. */
function additive(expression: Expression, node: ExpressionNode): ExpressionNode {
  if (node.class === "FUNCTION") {
    if (isAggregate(node)) {
      checkAggregate(expression, node);
      const rule = AGGREGATES[node.function_name.toLowerCase()];
      if (rule === "add") return isCountIf(node) ? countStar(node) : node;
      throw fault(
        expression,
        `has ${node.function_name} among other things, and two batches of a day cannot be put together`,
        `${node.function_name} may be all of a measure: put the calculation inside, ${node.function_name}(…)`,
      );
    }
    const scaled = scaledBy(node);
    if (scaled)
      return { ...node, children: node.children.map((part) => (part === scaled ? additive(expression, part) : part)) };
    const [a, b] = node.children;
    if ((node.function_name === "+" || node.function_name === "-") && a) {
      if (!b) return { ...node, children: [additive(expression, a)] };
      return sumOf(node, additive(expression, a), additive(expression, b));
    }
  }
  if (node.class === "CAST" && EXACT_CASTS.includes(node.cast_type.id)) {
    return { ...node, child: additive(expression, node.child) };
  }
  // a sum that is 0 where it has no value adds up as well
  if (node.class === "OPERATOR" && node.type === "OPERATOR_COALESCE" && node.children.length === 2) {
    const [value, instead] = node.children;
    if (isZero(instead)) return { ...node, children: [additive(expression, value), instead] };
  }
  throw notAdditive(expression, node);
}

const isCountIf = ({ function_name }: FunctionNode) => /^count_?if$/i.test(function_name);

/** count(*) FILTER (…), which is 0 where a cell is missing in all rows; DuckDB's count_if is null then. */
function countStar(node: FunctionNode): FunctionNode {
  const { children, filter } = node;
  const both: ExpressionNode[] = [...(filter ? [filter] : []), ...children];
  const test: ListNode = { class: "CONJUNCTION", type: "CONJUNCTION_AND", children: both };
  return { ...node, function_name: "count_star", children: [], filter: both.length === 1 ? both[0] : test };
}

/** The part of a product or quotient that is not constant; undefined where there are none or two. */
function scaledBy({ function_name, children }: FunctionNode): ExpressionNode | undefined {
  const [a, b] = children;
  if (!a || !b) return undefined;
  if (function_name === "*") {
    if (isConstant(a)) return isConstant(b) ? undefined : b;
    return isConstant(b) ? a : undefined;
  }
  return function_name === "/" && isConstant(b) ? a : undefined;
}

/** a + b, or the one of them that has a value; a − b likewise. */
function sumOf(node: FunctionNode, a: ExpressionNode, b: ExpressionNode): ExpressionNode {
  const both: FunctionNode = { ...node, children: [a, b] };
  const second: ExpressionNode = node.function_name === "-" ? { ...node, children: [b] } : b;
  return { class: "OPERATOR", type: "OPERATOR_COALESCE", children: [both, a, second] };
}

function isConstant(node: ExpressionNode): boolean {
  if (node.class === "CONSTANT") return true;
  if (node.class === "CAST") return isConstant(node.child);
  return node.class === "FUNCTION" && !isAggregate(node) && node.children.length > 0 && node.children.every(isConstant);
}

function isZero(node: ExpressionNode | undefined): boolean {
  if (node?.class === "CAST") return isZero(node.child);
  return node?.class === "CONSTANT" && !node.value.is_null && Number(node.value.value) === 0;
}

/** Whether only records are counted, and counts added. */
function isCount(node: ExpressionNode): boolean {
  if (node.class !== "FUNCTION") return false;
  if (isAggregate(node)) return node.function_name.toLowerCase().startsWith("count");
  return node.function_name === "+" && node.children.length === 2 && node.children.every(isCount);
}

/** Checks one aggregate: that it adds up, has no aggregate inside, and no order of its own. */
function checkAggregate(expression: Expression, node: FunctionNode): void {
  const { function_name: name, distinct, order_bys, children, filter } = node;
  if (distinct) {
    throw fault(
      expression,
      `has ${name}(DISTINCT …), and two batches of a day cannot be put together`,
      "who came in both would count twice; count what can be added: count(*) FILTER (…)",
    );
  }
  if (!Object.hasOwn(AGGREGATES, name.toLowerCase())) throw notAdditive(expression, node);
  if (order_bys?.orders.length)
    throw fault(expression, `has an order in ${name}(…)`, "leave ORDER BY out: it changes nothing");
  const inner = [...children, ...(filter ? [filter] : [])];
  if (inner.some(hasAggregate))
    throw fault(expression, `has an aggregate inside of ${name}(…)`, "an aggregate takes values of single records");
}

function notAdditive(expression: Expression, node: ExpressionNode): ChurnError {
  const names: string[] = [];
  visit(node, (part) => {
    if (part.class === "FUNCTION" && isAggregate(part)) names.push(part.function_name.toLowerCase());
  });
  const name = names.find((each) => !Object.hasOwn(AGGREGATES, each));
  const what = name ? `has ${name}(…)` : "is no sum of sums and counts";
  return fault(
    expression,
    `${what}, and two batches of a day cannot be put together`,
    name && /avg|mean/.test(name)
      ? "use two measures, sum(…) and count(…): their quotient is the mean of any days"
      : "it may have sum, count and count_if, added, subtracted, and multiplied by constants, or one max or min; what depends on a single record goes inside: sum(CASE WHEN … THEN … END)",
  );
}

function fault({ key, sql }: Expression, what: string, hint: string): ChurnError {
  return new ChurnError("BAD_OPTION", `option "${key}" ${what}: ${JSON.stringify(sql)}`, { hint });
}

/**
 * Checks an expression over a row of a day.
 *
 * @throws ChurnError BAD_OPTION for one with an aggregate: a day has one row
 */
export function checkRowExpression(expression: Expression): void {
  if (!hasAggregate(expression.node)) return;
  throw fault(
    expression,
    "has an aggregate",
    'a log of days has one row for a subscriber and day: leave the aggregate out, or say "grain": "event" where rows are events',
  );
}
