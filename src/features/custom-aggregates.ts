import type { ExpressionRules } from "../expressions/check-expression.js";
import type { ExpressionNode, FunctionNode } from "../expressions/expression-node.js";

/**
 * Aggregates that a feature may be made of, by what makes their result the same whatever the order in which threads bring the rows:
 * "free" ones do not depend on it, "exact" ones add up whole billionths, "sorted" ones get their rows in the order of their values.
 */
export const CUSTOM_AGGREGATES: Readonly<Record<string, "free" | "exact" | "sorted">> = {
  ...{ count: "free", count_star: "free", count_if: "free", countif: "free", min: "free", max: "free" },
  ...{ median: "free", quantile_cont: "free", quantile_disc: "free", bool_and: "free", bool_or: "free" },
  ...{ sum: "exact", avg: "exact", mean: "exact" },
  ...{ stddev: "sorted", stddev_samp: "sorted", stddev_pop: "sorted", variance: "sorted", var_samp: "sorted" },
  ...{ var_pop: "sorted", skewness: "sorted", kurtosis: "sorted", corr: "sorted", covar_pop: "sorted" },
  ...{ covar_samp: "sorted", regr_slope: "sorted", regr_intercept: "sorted" },
  ...{ arg_max: "sorted", arg_min: "sorted", max_by: "sorted", min_by: "sorted" },
};

/** How an aggregate is made repeatable; undefined for what is none, or may not be used. */
export const careOf = ({ function_name, schema, catalog }: FunctionNode): "free" | "exact" | "sorted" | undefined =>
  ["", "main"].includes(schema) && catalog === "" && Object.hasOwn(CUSTOM_AGGREGATES, function_name.toLowerCase())
    ? CUSTOM_AGGREGATES[function_name.toLowerCase()]
    : undefined;

/** Whether a node is an aggregate that a feature may have. */
export const isCustomAggregate = (node: ExpressionNode): node is FunctionNode =>
  node.class === "FUNCTION" && careOf(node) !== undefined;

/** What a feature sees: columns of the row of a day, and aggregates of them. */
export const CUSTOM_RULES: ExpressionRules = {
  isAggregate: isCustomAggregate,
  aggregates: Object.keys(CUSTOM_AGGREGATES),
  sees: "it takes aggregates over the rows of days before the snapshot: sum(measure) FILTER (WHERE age <= 7)",
  documents: "docs/features.md",
};
