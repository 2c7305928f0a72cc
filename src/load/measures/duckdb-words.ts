import { firstLineOf } from "../../core/fault.js";
import type { ReadColumn } from "./measure-plan.js";

/** What DuckDB says, with the names that the columns have in the file. */
export function inWords(error: unknown, reads: readonly ReadColumn[]): string {
  const names = new Map(reads.map(({ alias, column }) => [alias, column]));
  return firstLineOf(error)
    .replace(/^[A-Z][a-z]+ (of Range )?Error: /, "")
    .replace(/\.? You might need to add explicit type casts\.$|\.$/, "")
    .replace(/\b_[a-z]+_\d+\b/g, (alias) => names.get(alias) ?? alias);
}
