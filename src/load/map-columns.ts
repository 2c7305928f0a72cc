import { CDR_COLUMNS } from "../cdr/columns.js";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";

/** Where each of our columns stands in a file. */
export interface ColumnMap {
  /** Our column → its position in the file, from 0. */
  positions: Map<string, number>;
  /** Our columns that the file does not have. */
  absent: string[];
  /** Columns of the file that nothing uses. */
  unused: string[];
}

/**
 * Finds our columns in the header of a file: by the given names, else by their own, in any case.
 *
 * @param header names of the file's columns
 * @param given our column → name in the file
 * @throws ChurnError BAD_OPTION for a name that does not exist on either side; BAD_INPUT when day, subscriber or every measure is missing
 */
export function mapColumns(header: readonly string[], given: Readonly<Record<string, string>>): ColumnMap {
  const ours = CDR_COLUMNS.map((column) => column.name);
  for (const [our, theirs] of Object.entries(given)) {
    if (!ours.includes(our)) throw noSuch("load.columns", our, ours, "the record has");
    if (!header.includes(theirs)) throw noSuch(`load.columns.${our}`, theirs, header, "the file has");
  }
  const positions = new Map<string, number>();
  const twice = header.find((column, index) => column !== "" && header.indexOf(column) < index);
  if (twice !== undefined) {
    throw new ChurnError("BAD_INPUT", `two columns are called ${JSON.stringify(twice)}`, {
      hint: "rename one of them",
    });
  }
  for (const our of ours) {
    const name = given[our];
    const position = name
      ? header.indexOf(name)
      : header.findIndex((column) => column.trim().toLowerCase() === our.toLowerCase());
    if (position >= 0) positions.set(our, position);
  }
  for (const column of CDR_COLUMNS) {
    if ((column.kind === "day" || column.kind === "id") && !positions.has(column.name)) {
      throw new ChurnError("BAD_INPUT", `no column for ${column.name} among ${header.join(", ")}`, {
        hint: `say which one it is: "columns": { "${column.name}": "…" }, or --columns ${column.name}=…`,
      });
    }
  }
  const absent = ours.filter((our) => !positions.has(our));
  if (!CDR_COLUMNS.some((column) => isMeasure(column.kind) && positions.has(column.name))) {
    throw new ChurnError("BAD_INPUT", `no column for any measure among ${header.join(", ")}`, {
      hint: 'say which one it is: "columns": { "DP_DATA_COUNT": "…" }, or --columns DP_DATA_COUNT=…',
    });
  }
  const used = new Set(positions.values());
  return { positions, absent, unused: header.filter((_, index) => !used.has(index)) };
}

const isMeasure = (kind: string) => kind === "count" || kind === "amount";

function noSuch(key: string, name: string, candidates: readonly string[], have: string): ChurnError {
  const near = closestMatch(name, candidates);
  return new ChurnError("BAD_OPTION", `option "${key}" names a column ${JSON.stringify(name)} that does not exist`, {
    hint: near ? `did you mean ${JSON.stringify(near)}?` : `${have} ${candidates.join(", ")}`,
  });
}
