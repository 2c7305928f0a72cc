import { basename } from "node:path";
import { columnsAs } from "../store/columns-as.js";
import type { Database } from "../store/database.js";
import { type BesideTable, findBesideTable } from "./beside-tables.js";
import { fromConfig } from "./compose-config.js";
import type { FileGroup } from "./find-files.js";
import type { Rhythm } from "./read-silences.js";

/** What lies beside the log: tables of its subscribers, and what is said of the others. */
export interface Beside {
  tables: BesideTable[];
  notes: string[];
}

/** Looks at the other files of a folder: which of them are tables of the subscribers of the log. */
export async function findBeside(
  db: Database,
  groups: readonly FileGroup[],
  share: number,
  { covered }: Rhythm,
): Promise<Beside> {
  const tables: BesideTable[] = [];
  const notes: string[] = [];
  if (groups.length === 0) return { tables, notes };
  const { who, last } = columnsAs(
    await db.columns("SELECT who, CAST(max(day) - DATE '1970-01-01' AS DOUBLE) AS last FROM acts GROUP BY who"),
    { who: Array, last: Float64Array },
  );
  for (const group of groups) {
    const table = await findBesideTable(group, { who, last, share, lastDay: covered?.last ?? 0 });
    if (table) tables.push(table);
    else {
      const names = group.files.map(({ name }) => name);
      const shown = `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
      notes.push(`${shown}: other columns than the log, and not a table of its subscribers; left out`);
    }
  }
  return {
    tables,
    notes: [...notes, ...tables.flatMap(({ source, notes }) => notes.map((note) => `${basename(source)}: ${note}`))],
  };
}

/** What a config says of them. */
export function besideConfig({ tables }: Beside, config: string): Record<string, unknown> {
  const inConfig = (part: Record<string, unknown> | null | undefined) =>
    part ? { ...part, source: fromConfig(String(part.source), config) } : undefined;
  const attributes = inConfig(tables.find((table) => table.attributes)?.attributes);
  const churned = inConfig(tables.find((table) => table.churned)?.churned);
  return { ...(attributes ? { attributes } : {}), ...(churned ? { churned } : {}) };
}
