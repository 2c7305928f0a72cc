import { type Database, name, text } from "../database.js";
import { tableExists } from "../table-exists.js";

/**
 * What is exchanged with MySQL as one: the rows of a table that have the same values in these columns. A table that is not
 * named here is one partition.
 */
const PARTITION_COLUMNS: Record<string, readonly string[]> = {
  batches: ["batch_id"],
  DP_CDR_Data: ["batch_id"],
  rejects: ["batch_id"],
  added_records: ["batch_id"],
  record_ids: ["batch_id"],
  model_predictions: ["model_version", "period"],
  monitoring_results: ["model_version"],
  campaign_members: ["campaign_id"],
};

/** The columns whose values name a partition of a table; none when the table is one partition. */
export function partitionColumns(table: string): readonly string[] {
  return PARTITION_COLUMNS[table] ?? [];
}

/** The name of a row's partition in DuckDB: the values of the partition's columns as a JSON list of texts. */
export function partitionSql(table: string): string {
  const columns = partitionColumns(table);
  if (!columns.length) return "'[]'";
  return `CAST(to_json([${columns.map((column) => `CAST(${name(column)} AS VARCHAR)`).join(", ")}]) AS VARCHAR)`;
}

/** Name of a partition made of the values themselves. */
export function partitionName(...values: (string | number)[]): string {
  return JSON.stringify(values.map(String));
}

/** The values that a name of `partitionName` or `partitionSql` was made of, as texts. */
export function partitionValues(part: string): string[] {
  return JSON.parse(part);
}

/** A condition in DuckDB for the rows of some partitions. */
export function inPartitions(table: string, partitions: readonly string[]): string {
  const columns = partitionColumns(table);
  if (!columns.length) return "true";
  if (!partitions.length) return "false";
  const lists = partitions.map((part) => partitionValues(part).map(text));
  if (columns.length === 1) return `${name(columns[0])} IN (${lists.map(([value]) => value).join(", ")})`;
  return `(${columns.map(name).join(", ")}) IN (${lists.map((values) => `(${values.join(", ")})`).join(", ")})`;
}

/** What the partitions of a table hold: partition → number of rows, and a hash of their content where they were looked at. */
export type Fingerprints = Map<string, string>;

/**
 * Takes the fingerprint of each partition of a table; a table that is not there has none.
 *
 * @param of "rows": their numbers alone, which change wherever rows are added
 */
async function fingerprints(db: Database, table: string, of: "rows" | "content" = "content"): Promise<Fingerprints> {
  if (!(await tableExists(db, table))) return new Map();
  const columns = partitionColumns(table);
  const content = of === "rows" ? "''" : "coalesce(CAST(sum(hash(t)) AS VARCHAR), '')";
  const groups = columns.length ? `GROUP BY ${columns.map(name).join(", ")}` : "";
  const rows = await db.rows<{ part: string; print: string }>(
    `SELECT ${partitionSql(table)} AS part, count(*) || ':' || ${content} AS print FROM main.${name(table)} t ${groups}`,
  );
  return new Map(rows.map(({ part, print }) => [part, print]));
}

/** What is known of a table from before a transaction changed it. */
export type Before = Partial<Record<"rows" | "content", Fingerprints>>;

/** Takes down what a table holds before a statement changes it; where rows are only added, it is enough to count them. */
export async function lookBefore(db: Database, before: Map<string, Before>, sql: string): Promise<void> {
  for (const { table, adds } of findWrites(sql)) {
    const known = before.get(table) ?? {};
    const of = adds ? "rows" : "content";
    before.set(table, known);
    if (!known.content) known[of] ??= await fingerprints(db, table, of);
  }
}

/**
 * Compares a table with what was known of it before a transaction.
 *
 * @returns `gone`: partitions that were there before and changed or went; `written`: those that are there now and are new or
 *   changed, with their numbers of rows
 */
export async function changedPartitions(
  db: Database,
  table: string,
  before: Before,
): Promise<{ gone: string[]; written: Map<string, number> }> {
  const gone = new Set<string>();
  const written = new Map<string, number>();
  for (const of of ["rows", "content"] as const) {
    const then = before[of];
    if (!then) continue;
    const now = await fingerprints(db, table, of);
    for (const part of new Set([...then.keys(), ...now.keys()])) {
      const [old, print] = [then.get(part), now.get(part)];
      if (old === print) continue;
      if (old !== undefined) gone.add(part);
      if (print !== undefined) written.set(part, Number.parseInt(print, 10));
    }
  }
  return { gone: [...gone], written };
}

const WRITES =
  /\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|DELETE\s+FROM|UPDATE|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?|(?:CREATE|DROP|ALTER)(?:\s+OR\s+REPLACE)?\s+TABLE(?:\s+IF(?:\s+NOT)?\s+EXISTS)?)\s+(?:main\.)?("[^"]+"|\w+)/gi;

/** A new column is empty: no row of the table is another one for it. */
const ADDS_COLUMN = /^\s*ALTER\s+TABLE\s+\S+\s+ADD\s+COLUMN\b/i;

/** The tables that a statement may change, temporary ones among them, and whether it only adds rows. */
export function findWrites(sql: string): { table: string; adds: boolean }[] {
  if (ADDS_COLUMN.test(sql)) return [];
  const replaces = /\bON\s+CONFLICT\b/i.test(sql);
  return [...sql.matchAll(WRITES)].map(([words, table]) => ({
    table: table.replace(/^"|"$/g, ""),
    adds: !replaces && /^INSERT\s+INTO/i.test(words),
  }));
}
