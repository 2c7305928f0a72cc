import type { UsageMeasure } from "./feature-plan.js";

/** SQL for whether a row shows the subscriber doing anything. */
export function activeSql(measures: readonly UsageMeasure[]): string {
  return `(${measures.map((measure) => `coalesce(${measure.column}, 0) > 0`).join(" OR ")})`;
}
