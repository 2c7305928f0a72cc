import type { ExpressionRules } from "../../expressions/check-expression.js";
import { type ExpressionNode, type FunctionNode, partsOf } from "../../expressions/expression-node.js";

/** Aggregates that a measure may be made of, and how their results of two batches become one. */
export const AGGREGATES: Readonly<Record<string, "add" | "max" | "min">> = {
  ...{ count: "add", count_star: "add", count_if: "add", countif: "add", sum: "add" },
  ...{ max: "max", min: "min" },
};

/** Aggregates that people reach for, and of which two results cannot be put together. */
export const OTHER_AGGREGATES: readonly string[] = [
  ...["avg", "mean", "median", "mode", "quantile", "quantile_cont", "quantile_disc", "approx_quantile", "mad"],
  ...["stddev", "stddev_pop", "stddev_samp", "var_pop", "var_samp", "variance", "skewness", "kurtosis", "entropy"],
  ...["approx_count_distinct", "first", "last", "any_value", "arbitrary", "arg_max", "arg_min", "max_by", "min_by"],
  ...["list", "array_agg", "string_agg", "group_concat", "listagg", "histogram", "product", "fsum", "sum_no_overflow"],
  ...["bool_and", "bool_or", "bit_and", "bit_or", "bit_xor", "corr", "covar_pop", "covar_samp", "favg", "kahan_sum"],
];

/** Whether a node is an aggregate, one that measures may be made of or another. */
export function isAggregate(node: ExpressionNode): boolean {
  return node.class === "FUNCTION" && (Object.hasOwn(AGGREGATES, node.function_name.toLowerCase()) || isOther(node));
}

/** Whether there is an aggregate anywhere in an expression. */
export const hasAggregate = (node: ExpressionNode): boolean => isAggregate(node) || partsOf(node).some(hasAggregate);

/** round(list) is no aggregate; first(x) of one value is. */
const isOther = ({ function_name, filter, distinct }: FunctionNode) =>
  OTHER_AGGREGATES.includes(function_name.toLowerCase()) || filter !== null || distinct;

/** What a measure may be made of: columns of a record, and aggregates; which of these, `combineRule` says. */
export const MEASURE_RULES: ExpressionRules = {
  isAggregate,
  aggregates: Object.keys(AGGREGATES),
  sees: "it takes columns of the row",
  documents: "docs/data.md",
};
