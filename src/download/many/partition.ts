/** Columns that the folders of a file give to each of its rows: name → value, null for a missing one. */
export type Partition = Readonly<Record<string, string | null>>;

/** What Hive, Spark and others write for a missing value. */
const MISSING = "__HIVE_DEFAULT_PARTITION__";

/**
 * The columns in the folders of a path, as partitioned Parquet has them: `day=2024-01-05/hour=08/part.parquet`.
 *
 * @param name path from the folder or the fixed part of the pattern on, with `/` between the names
 * @returns undefined where no folder is a column
 */
export function partitionOf(name: string): Partition | undefined {
  const columns = name
    .split("/")
    .slice(0, -1)
    .flatMap((folder): [string, string | null][] => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(folder) ?? [];
      return key === undefined ? [] : [[decoded(key), value === MISSING ? null : decoded(value)]];
    });
  return columns.length ? Object.fromEntries(columns) : undefined;
}

/** Letters that no folder may have are written as %3A there. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
