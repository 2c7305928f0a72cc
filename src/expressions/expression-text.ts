import { ChurnError } from "../core/errors.js";
import { type Database, text } from "../store/database.js";
import type { ConstantNode, ExpressionNode } from "./expression-node.js";

interface Parsed {
  error: boolean;
  error_message?: string;
  position?: string;
  statements?: { node: SelectNode }[];
}

/** A SELECT of DuckDB's parser; whatever is not null or empty here is more than an expression. */
interface SelectNode {
  type: string;
  modifiers: unknown[];
  cte_map: { map: unknown[] };
  select_list: ExpressionNode[];
  from_table: { type: string };
  where_clause: unknown;
  group_expressions: unknown[];
  having: unknown;
  sample: unknown;
  qualify: unknown;
}

/** What stands before the expression, on a line of its own: the expression may end in a comment. */
const BEFORE = "SELECT (\n";

/**
 * Reads an expression by DuckDB's own parser.
 *
 * @param key where it stands: `load.measures.spend`
 * @param hint what it takes, for one that is none
 * @throws ChurnError BAD_OPTION for what is no expression, or more than one
 */
export async function parseExpression(
  db: Database,
  sql: string,
  key: string,
  hint = OF_A_FILE,
): Promise<ExpressionNode> {
  const found = await db.oneRow<{ tree: string }>(`SELECT json_serialize_sql(${text(`${BEFORE}${sql}\n)`)}) AS tree`);
  const { error, error_message = "", position, statements = [] } = JSON.parse(found.tree) as Parsed;
  if (error) {
    const place = Number(position) - BEFORE.length;
    const near = sql.slice(Math.max(place, 0)).trim().slice(0, 30);
    const at = near ? ` at ${JSON.stringify(near)}` : " at its end";
    throw notAnExpression(
      key,
      sql,
      `DuckDB reads a ${error_message.replace(/ at (or near .*|end of input)$/, "")}${at}`,
      hint,
    );
  }
  const select = statements[0]?.node;
  const isOne = statements.length === 1 && select?.type === "SELECT_NODE" && select.select_list.length === 1;
  if (!isOne || !isPlain(select)) throw notAnExpression(key, sql, "it is more than one expression", hint);
  return select.select_list[0];
}

const isPlain = (select: SelectNode): boolean =>
  select.from_table.type === "EMPTY" &&
  [select.modifiers, select.cte_map.map, select.group_expressions].every((list) => list.length === 0) &&
  [select.where_clause, select.having, select.sample, select.qualify].every((part) => part === null);

const OF_A_FILE =
  'it takes one expression over the columns of the file, as sum(duration) FILTER (type = \'CALL\'); a name with a space, and a word of SQL, stand in double quotes: "call type", "order"';

function notAnExpression(key: string, sql: string, why: string, hint: string): ChurnError {
  return new ChurnError("BAD_OPTION", `option "${key}" cannot be ${JSON.stringify(sql)}: ${why}`, { hint });
}

/** Writes expressions as SQL again; all of a name is quoted that has to be. */
export async function printExpressions(db: Database, nodes: readonly ExpressionNode[]): Promise<string[]> {
  if (nodes.length === 0) return [];
  const texts = nodes.map(
    (node, index) => `json_deserialize_sql(${text(JSON.stringify(statement(node)))}) AS e${index}`,
  );
  const found = await db.oneRow<Record<string, string>>(`SELECT ${texts.join(", ")}`);
  return nodes.map((_, index) => found[`e${index}`].replace(/^SELECT /, ""));
}

function statement(expression: ExpressionNode): object {
  const node = {
    ...{ type: "SELECT_NODE", modifiers: [], cte_map: { map: [] }, select_list: [forParser(expression)] },
    from_table: { type: "EMPTY", alias: "", sample: null, query_location: 0 },
    ...{ where_clause: null, group_expressions: [], group_sets: [], aggregate_handling: "STANDARD_HANDLING" },
    ...{ having: null, sample: null, qualify: null },
  };
  return { error: false, statements: [{ node, named_param_map: [] }] };
}

/** The tree as DuckDB takes it back: JSON has no place beyond 2⁵³, and no 1.0 that differs from 1. */
function forParser(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(forParser);
  if (typeof node !== "object" || node === null) return node;
  const { class: kind, value } = node as Partial<ConstantNode>;
  if (kind === "CONSTANT" && value?.type.id === "DOUBLE") return doubleNode(String(value.value));
  return Object.fromEntries(
    Object.entries(node).map(([key, part]) => [key, key === "query_location" ? 0 : forParser(part)]),
  );
}

/** CAST('…' AS DOUBLE) */
function doubleNode(value: string): object {
  const child = {
    ...{ class: "CONSTANT", type: "VALUE_CONSTANT", alias: "", query_location: 0 },
    value: { type: { id: "VARCHAR", type_info: null }, is_null: false, value },
  };
  const cast_type = { id: "DOUBLE", type_info: null };
  return { class: "CAST", type: "OPERATOR_CAST", alias: "", query_location: 0, child, cast_type, try_cast: false };
}
