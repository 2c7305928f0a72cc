/** A constant of an expression, and its type in DuckDB. */
export interface ConstantNode {
  class: "CONSTANT";
  value: { type: { id: string }; is_null: boolean; value?: unknown };
}

/** A name in an expression: a column of the file, or its place in a table (`t.a`). */
export interface ColumnNode {
  class: "COLUMN_REF";
  column_names: string[];
}

/** A function or an operator; an aggregate has a filter, and what else SQL lets it have. */
export interface FunctionNode {
  class: "FUNCTION";
  function_name: string;
  schema: string;
  catalog: string;
  children: ExpressionNode[];
  filter: ExpressionNode | null;
  order_bys: { orders: unknown[] } | null;
  distinct: boolean;
  is_operator: boolean;
}

/** A cast to another type. */
export interface CastNode {
  class: "CAST";
  child: ExpressionNode;
  cast_type: { id: string; type_info?: { width?: number; scale?: number } | null };
  try_cast: boolean;
}

interface CaseNode {
  class: "CASE";
  case_checks: { when_expr: ExpressionNode; then_expr: ExpressionNode }[];
  else_expr: ExpressionNode;
}

/** AND and OR; NOT, IN, IS NULL, COALESCE. */
export interface ListNode {
  class: "CONJUNCTION" | "OPERATOR";
  type: string;
  children: ExpressionNode[];
}

/** A comparison. */
export interface ComparisonNode {
  class: "COMPARISON";
  type: string;
  left: ExpressionNode;
  right: ExpressionNode;
}

/** `x BETWEEN a AND b`. */
export interface BetweenNode {
  class: "BETWEEN";
  input: ExpressionNode;
  lower: ExpressionNode;
  upper: ExpressionNode;
}

/** What an expression may be made of; DuckDB's parser knows more, which `checkExpression` refuses. */
export type ExpressionNode =
  | ConstantNode
  | ColumnNode
  | FunctionNode
  | CastNode
  | CaseNode
  | ListNode
  | ComparisonNode
  | BetweenNode;

/** The parts of an expression, in the order in which they are written. */
export function partsOf(node: ExpressionNode): ExpressionNode[] {
  if (node.class === "CONSTANT" || node.class === "COLUMN_REF") return [];
  if (node.class === "FUNCTION") return [...node.children, ...(node.filter ? [node.filter] : [])];
  if (node.class === "CAST") return [node.child];
  if (node.class === "CASE") {
    return [...node.case_checks.flatMap(({ when_expr, then_expr }) => [when_expr, then_expr]), node.else_expr];
  }
  if (node.class === "COMPARISON") return [node.left, node.right];
  return node.class === "BETWEEN" ? [node.input, node.lower, node.upper] : node.children;
}

/** The same expression with each part replaced by what `change` makes of it. */
export function withParts(node: ExpressionNode, change: (part: ExpressionNode) => ExpressionNode): ExpressionNode {
  if (node.class === "CONSTANT" || node.class === "COLUMN_REF") return node;
  if (node.class === "FUNCTION") {
    return { ...node, children: node.children.map(change), filter: node.filter && change(node.filter) };
  }
  if (node.class === "CAST") return { ...node, child: change(node.child) };
  if (node.class === "CASE") {
    const case_checks = node.case_checks.map(({ when_expr, then_expr }) => ({
      when_expr: change(when_expr),
      then_expr: change(then_expr),
    }));
    return { ...node, case_checks, else_expr: change(node.else_expr) };
  }
  if (node.class === "COMPARISON") return { ...node, left: change(node.left), right: change(node.right) };
  if (node.class === "BETWEEN") {
    return { ...node, input: change(node.input), lower: change(node.lower), upper: change(node.upper) };
  }
  return { ...node, children: node.children.map(change) };
}

/** Visits an expression and all its parts, from outside in. */
export function visit(node: ExpressionNode, each: (node: ExpressionNode) => void): void {
  each(node);
  for (const part of partsOf(node)) visit(part, each);
}
