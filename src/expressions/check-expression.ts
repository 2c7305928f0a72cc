import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { FUNCTIONS, OPERATORS, TYPES } from "./allowed-functions.js";
import { type ExpressionNode, type FunctionNode, visit } from "./expression-node.js";

/** What the parser knows and an expression may not have, in words. */
const OTHERS: Record<string, string> = {
  ...{ SUBQUERY: "a query inside", WINDOW: "a window (OVER …)", STAR: "*", LAMBDA: "a lambda function" },
  ...{ PARAMETER: "a parameter", POSITIONAL_REFERENCE: "a column by its number", COLLATE: "COLLATE" },
};

/** Classes of nodes that an expression may be made of. */
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

/** What the expressions of one kind may be made of, beside functions of numbers, texts and times. */
export interface ExpressionRules {
  isAggregate(node: FunctionNode): boolean;
  /** Aggregates that may be meant by another name. */
  aggregates: readonly string[];
  /** What an expression sees: "it takes columns of the row". */
  sees: string;
  /** The page that lists the functions. */
  documents: string;
}

/**
 * Checks what an expression touches: columns of the row and nothing else, by functions that are known to see no more.
 *
 * @returns names of the columns, each once
 * @throws ChurnError BAD_OPTION naming what may not be in it
 */
export function checkExpression({ key, sql, node }: Expression, rules: ExpressionRules): string[] {
  const columns = new Set<string>();
  const refuse = (what: string, hint: string) => {
    throw new ChurnError("BAD_OPTION", `option "${key}" has ${what} in ${JSON.stringify(sql)}`, { hint });
  };
  visit(node, (part) => {
    const { class: kind } = part;
    if (!CLASSES.has(kind)) refuse(OTHERS[kind] ?? kind.toLowerCase(), rules.sees);
    if (kind === "CONSTANT") {
      const { type, value } = part.value;
      const isLost =
        /HUGEINT|BIGNUM/.test(type.id) ||
        (typeof value === "number" && type.id !== "DOUBLE" && !Number.isSafeInteger(value));
      if (isLost) refuse("a number of more than 15 digits", "write it with an exponent, as 1e18");
    } else if (kind === "COLUMN_REF") {
      const { column_names: path } = part;
      if (path.length > 1) refuse(`the name ${path.join(".")}`, `${rules.sees}, each by its name alone`);
      columns.add(path[0]);
    } else if (kind === "OPERATOR" && !OPERATORS.has(part.type)) {
      refuse(part.type.toLowerCase().replaceAll("_", " "), rules.sees);
    } else if (kind === "CAST" && !TYPES.has(part.cast_type.id)) {
      refuse(`a cast to ${part.cast_type.id}`, "cast to a number, a text, a day, a time or a truth value");
    } else if (kind === "FUNCTION") {
      const name = part.function_name.toLowerCase();
      if (rules.isAggregate(part) || (FUNCTIONS.has(name) && ["", "main"].includes(part.schema) && part.catalog === ""))
        return;
      const near = closestMatch(
        name,
        [...FUNCTIONS, ...rules.aggregates].filter((each) => /^[a-z]/.test(each)),
      );
      const shown = [part.schema, part.function_name].filter((each) => each !== "").join(".");
      refuse(
        `the function ${shown}`,
        near && near !== name
          ? `did you mean ${near}?`
          : `it takes functions of numbers, texts and times, and of the row alone: ${rules.documents} lists them`,
      );
    }
  });
  return [...columns];
}
