/** What a column of the record holds, and so how its cells are checked. */
export type ColumnKind = "day" | "id" | "count" | "amount" | "label";

/** One column of `DP_CDR_Data`. */
export interface CdrColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** What a person calls it: "outgoing calls". */
  readonly title: string;
  readonly unit?: string;
}

/** A column that measures usage. */
export interface MeasureColumn extends CdrColumn {
  readonly kind: "count" | "amount";
}

/** The columns of `DP_CDR_Data` in order: one row is one subscriber's day. */
export const CDR_COLUMNS: readonly CdrColumn[] = [
  { name: "DP_DATE", kind: "day", title: "day" },
  { name: "DP_MSISDN", kind: "id", title: "subscriber" },
  { name: "DP_MOC_COUNT", kind: "count", title: "outgoing calls" },
  { name: "DP_MOC_DURATION", kind: "amount", title: "outgoing call time", unit: "s" },
  { name: "DP_MTC_COUNT", kind: "count", title: "incoming calls" },
  { name: "DP_MTC_DURATION", kind: "amount", title: "incoming call time", unit: "s" },
  { name: "DP_MOSMS_COUNT", kind: "count", title: "outgoing SMS" },
  { name: "DP_MTSMS_COUNT", kind: "count", title: "incoming SMS" },
  { name: "DP_DATA_COUNT", kind: "count", title: "data sessions" },
  { name: "DP_DATA_VOLUME", kind: "amount", title: "data volume", unit: "MB" },
  { name: "PSEUDO_CHURNED", kind: "label", title: "churned" },
];

/** The counts and amounts among the columns: what a subscriber did on a day. */
export const MEASURES: readonly MeasureColumn[] = CDR_COLUMNS.filter(
  (column): column is MeasureColumn => column.kind === "count" || column.kind === "amount",
);
