import { type Database, name, text } from "../database.js";

/**
 * What is exchanged with MySQL as one: the rows of a table that have the same values in these columns. A table that is not
 * named here is one part.
 */
const PART_COLUMNS: Record<string, readonly string[]> = {
  batches: ["batch_id"],
  DP_CDR_Data: ["batch_id"],
  rejects: ["batch_id"],
  model_predictions: ["model_version", "period"],
  monitoring_results: ["model_version"],
};

/** The columns whose values name a part of a table; none when the table is one part. */
export function partColumns(table: string): readonly string[] {
  return PART_COLUMNS[table] ?? [];
}

/** The name of a row's part in DuckDB: the values of the part's columns as a JSON list of texts. */
export function partSql(table: string): string {
  const columns = partColumns(table);
  if (!columns.length) return "'[]'";
  return `CAST(to_json([${columns.map((column) => `CAST(${name(column)} AS VARCHAR)`).join(", ")}]) AS VARCHAR)`;
}

/** Name of a part made of the values themselves. */
export function partName(...values: (string | number)[]): string {
  return JSON.stringify(values.map(String));
}

export function partValues(part: string): string[] {
  return JSON.parse(part) as string[];
}

/** A condition in DuckDB for the rows of some parts. */
export function inParts(table: string, parts: readonly string[]): string {
  const columns = partColumns(table);
  if (!columns.length) return "true";
  if (!parts.length) return "false";
  const lists = parts.map((part) => partValues(part).map(text));
  if (columns.length === 1) return `${name(columns[0] as string)} IN (${lists.map(([value]) => value).join(", ")})`;
  return `(${columns.map(name).join(", ")}) IN (${lists.map((values) => `(${values.join(", ")})`).join(", ")})`;
}

/** What the parts of a table hold: part → number of rows and a hash of their content. */
export type Fingerprints = Map<string, string>;

/** Takes the fingerprint of each part of a table; a table that is not there has none. */
export async function fingerprints(db: Database, table: string): Promise<Fingerprints> {
  const there = await db.row<{ n: number }>(
    "SELECT count(*) AS n FROM duckdb_tables() WHERE table_name = $1 AND schema_name = 'main' AND NOT temporary AND database_name = current_database()",
    [table],
  );
  if (!there?.n) return new Map();
  const whole = partColumns(table).length === 0;
  const rows = await db.rows<{ part: string; print: string }>(
    `SELECT ${partSql(table)} AS part, count(*) || ':' || coalesce(CAST(sum(hash(t)) AS VARCHAR), '') AS print
     FROM main.${name(table)} t ${whole ? "" : "GROUP BY ALL"}`,
  );
  return new Map(rows.map(({ part, print }) => [part, print]));
}

/** The part names whose rows differ between two states. */
export function changedParts(before: Fingerprints, after: Fingerprints): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((part) => before.get(part) !== after.get(part));
}

const WRITES =
  /\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|DELETE\s+FROM|UPDATE|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?|(?:CREATE|DROP|ALTER)(?:\s+OR\s+REPLACE)?\s+TABLE(?:\s+IF(?:\s+NOT)?\s+EXISTS)?)\s+(?:main\.)?("[^"]+"|\w+)/gi;

/** The tables that a statement may change, temporary ones among them. */
export function tablesWritten(sql: string): string[] {
  return [...sql.matchAll(WRITES)].map(([, table]) => (table as string).replace(/^"|"$/g, ""));
}
