import { activitySql } from "../store/activity-sql.js";
import type { UsageMeasure } from "./usage-measures.js";

/** SQL for whether a row shows the subscriber doing anything that a plan measures. */
export const activeSql = (measures: readonly UsageMeasure[]): string =>
  activitySql(measures.map(({ column, negative = false }) => ({ name: column, negative })));
