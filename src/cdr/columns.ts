/** What a column of the record holds, and so how its cells are checked. */
export type ColumnKind = "day" | "id" | "count" | "amount" | "label";

/** How what two batches brought to one subscriber-day becomes one value. */
export type Combine = "add" | "max" | "min";

/** One column of `DP_CDR_Data`. */
export interface CdrColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** What a person calls it: "outgoing calls". */
  readonly title: string;
  readonly unit?: string;
  /** True where a value may be below 0: money that goes back. */
  readonly negative?: boolean;
  /** Values of one subscriber-day add up where nothing else is said. */
  readonly combine?: Combine;
}

/** A column that measures usage. */
export interface MeasureColumn extends CdrColumn {
  readonly kind: "count" | "amount";
}

/** The columns of a call record in order, one row being one subscriber's day: what each store begins with. */
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

/** The counts and amounts among columns: what a subscriber did on a day. */
export function measuresOf<Column extends CdrColumn>(columns: readonly Column[]): (Column & MeasureColumn)[] {
  return columns.filter(
    (column): column is Column & MeasureColumn => column.kind === "count" || column.kind === "amount",
  );
}

/** The columns of a record beside its key: measures and label. */
export function cellsOf<Column extends CdrColumn>(columns: readonly Column[]): Column[] {
  return columns.filter(({ kind }) => kind !== "day" && kind !== "id");
}

/** The measures of a call record. */
export const MEASURES: readonly MeasureColumn[] = measuresOf(CDR_COLUMNS);
