import { name as quoted } from "./database.js";

/** SQL for whether a row of the record shows the subscriber doing anything; money that goes back is something, too. */
export function activitySql(measures: readonly { readonly name: string; readonly negative?: boolean }[]): string {
  if (measures.length === 0) return "false";
  return `(${measures.map(({ name, negative }) => `coalesce(${quoted(name)}, 0) ${negative ? "<>" : ">"} 0`).join(" OR ")})`;
}
