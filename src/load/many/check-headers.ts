import { ChurnError } from "../../core/errors.js";
import { listNames } from "../../download/many/left-out.js";
import { mapColumns, type WantedRecord } from "../checking/map-columns.js";
import type { LoadSettings } from "../options.js";
import type { FileOfMany } from "../reading/file-of-many.js";

/**
 * Refuses files that lack the columns that are mapped, whatever else they have.
 *
 * @param all how many files the source has
 * @throws ChurnError as `mapColumns`, naming the files
 */
export function checkHeaders(
  files: readonly FileOfMany[],
  named: LoadSettings["columns"],
  record: WantedRecord,
  all: number,
): void {
  const faults = new Map<string, { names: string[]; error: unknown }>();
  for (const { name, columns: own, partition } of files) {
    const columns = [...own, ...Object.keys(partition ?? {}).filter((column) => !own.includes(column))];
    const key = columns.join("\n");
    const fault = faults.get(key);
    if (fault) fault.names.push(name);
    else faults.set(key, { names: [name], error: faultOf(() => mapColumns(columns, named, record)) });
  }
  const bad = [...faults.values()].find(({ error }) => error !== undefined);
  if (!bad) return;
  const { names, error } = bad;
  if (!(error instanceof ChurnError) || names.length === all) throw error;
  throw new ChurnError(error.code, `${listNames(names)}: ${error.message.split("\n")[0]}`, {
    cause: error,
    hint: `other files have the columns: leave this one out by a pattern, as with "source": "folder/calls*.csv"; or ${error.hint}`,
  });
}

function faultOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
