import { name } from "../store/database.js";
import type { UsageMeasure } from "./usage-measures.js";

/** SQL for whether a row shows the subscriber doing anything; money that goes back is something, too. */
export function activeSql(measures: readonly Pick<UsageMeasure, "column" | "negative">[]): string {
  if (measures.length === 0) return "false";
  return `(${measures.map(({ column, negative }) => `coalesce(${name(column)}, 0) ${negative ? "<>" : ">"} 0`).join(" OR ")})`;
}
