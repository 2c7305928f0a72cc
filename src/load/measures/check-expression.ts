import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { AGGREGATES, FUNCTIONS, OPERATORS, OTHER_AGGREGATES, TYPES } from "./allowed-functions.js";
import type { ExpressionNode, FunctionNode } from "./expression-node.js";
import { partsOf, visit } from "./expression-node.js";

/** What the parser knows and a measure may not have, in words. */
const OTHERS: Record<string, string> = {
  ...{ SUBQUERY: "a query inside", WINDOW: "a window (OVER …)", STAR: "*", LAMBDA: "a lambda function" },
  ...{ PARAMETER: "a parameter", POSITIONAL_REFERENCE: "a column by its number", COLLATE: "COLLATE" },
};

/** Classes of nodes that a measure may be made of. */
const CLASSES: ReadonlySet<string> = new Set([
  ...["CONSTANT", "COLUMN_REF", "FUNCTION", "CAST", "CASE", "CONJUNCTION", "OPERATOR", "COMPARISON", "BETWEEN"],
]);

/** An expression, and where it stands. */
export interface Expression {
  /** `load.measures.spend` */
  key: string;
  sql: string;
  node: ExpressionNode;
}

/** Whether a node is an aggregate, one that measures may be made of or another. */
export function isAggregate(node: ExpressionNode): boolean {
  return node.class === "FUNCTION" && (isKnownAggregate(node.function_name) || isOther(node));
}

/** Whether there is an aggregate anywhere in an expression. */
export const hasAggregate = (node: ExpressionNode): boolean => isAggregate(node) || partsOf(node).some(hasAggregate);

const isKnownAggregate = (name: string) => Object.hasOwn(AGGREGATES, name.toLowerCase());

/** round(list) is no aggregate; first(x) of one value is. */
const isOther = ({ function_name, filter, distinct }: FunctionNode) =>
  OTHER_AGGREGATES.includes(function_name.toLowerCase()) || filter !== null || distinct;

/**
 * Checks what an expression touches: columns of the row and nothing else, by functions that are known to see no more.
 *
 * @returns names of the columns, each once
 * @throws ChurnError BAD_OPTION naming what may not be in it
 */
export function checkExpression({ key, sql, node }: Expression): string[] {
  const columns = new Set<string>();
  const refuse = (what: string, hint: string) => {
    throw new ChurnError("BAD_OPTION", `option "${key}" has ${what} in ${JSON.stringify(sql)}`, { hint });
  };
  visit(node, (part) => {
    const { class: kind } = part;
    if (!CLASSES.has(kind)) refuse(OTHERS[kind] ?? kind.toLowerCase(), ROW_ONLY);
    if (kind === "CONSTANT") {
      const { type, value } = part.value;
      const isLost =
        /HUGEINT|BIGNUM/.test(type.id) ||
        (typeof value === "number" && type.id !== "DOUBLE" && !Number.isSafeInteger(value));
      if (isLost) refuse("a number of more than 15 digits", "write it with an exponent, as 1e18");
    } else if (kind === "COLUMN_REF") {
      const { column_names: path } = part;
      if (path.length > 1) refuse(`the name ${path.join(".")}`, `${ROW_ONLY}, each by its name alone`);
      columns.add(path[0]);
    } else if (kind === "OPERATOR" && !OPERATORS.has(part.type)) {
      refuse(part.type.toLowerCase().replaceAll("_", " "), ROW_ONLY);
    } else if (kind === "CAST" && !TYPES.has(part.cast_type.id)) {
      refuse(`a cast to ${part.cast_type.id}`, "cast to a number, a text, a day, a time or a truth value");
    } else if (kind === "FUNCTION") {
      const name = part.function_name.toLowerCase();
      if (isAggregate(part) || (FUNCTIONS.has(name) && ["", "main"].includes(part.schema) && part.catalog === ""))
        return;
      const near = closestMatch(
        name,
        [...FUNCTIONS, ...Object.keys(AGGREGATES)].filter((each) => /^[a-z]/.test(each)),
      );
      const shown = [part.schema, part.function_name].filter((each) => each !== "").join(".");
      refuse(
        `the function ${shown}`,
        near && near !== name
          ? `did you mean ${near}?`
          : "it takes functions of numbers, texts and times, and of the row alone: docs/data.md lists them",
      );
    }
  });
  return [...columns];
}

const ROW_ONLY = "it takes columns of the row";
