/** What becomes of a subscriber of whom a log with flags shows nothing while a label is made: there is none, or it is churn. */
export const SILENT_RULES = ["unknown", "leaver"] as const;

/** One of `SILENT_RULES`. */
export type SilentRule = (typeof SILENT_RULES)[number];

/** SQL for the label of a subscriber who shows neither a flag nor activity. */
export const silentLabelSql = (rule: SilentRule): string => (rule === "leaver" ? "1" : "NULL");
