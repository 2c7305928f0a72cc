import { MEASURES, type MeasureColumn } from "../cdr/columns.js";
import { ChurnError } from "../core/errors.js";

/** A measure of the record under the name that features have. */
export interface UsageMeasure {
  readonly name: string;
  /** Column of `DP_CDR_Data`. */
  readonly column: string;
  readonly kind: "count" | "amount";
  /** What a person calls it and its unit, where that is not what a call record says. */
  readonly title?: string;
  readonly unit?: string;
  /** True where a value may be below 0. */
  readonly negative?: boolean;
}

/** What features of call records have been called since the legacy system; any other measure has its own name. */
const NAMES: Readonly<Record<string, string>> = {
  DP_MOC_COUNT: "M_Out_Call_Count",
  DP_MOC_DURATION: "M_Out_Call_Time",
  DP_MTC_COUNT: "M_In_Call_Count",
  DP_MTC_DURATION: "M_In_Call_Time",
  DP_MOSMS_COUNT: "M_Out_SMS_Count",
  DP_MTSMS_COUNT: "M_In_SMS_Count",
  DP_DATA_COUNT: "M_Data_Count",
  DP_DATA_VOLUME: "M_Data_Sum",
};

/** The four measures of the legacy system's model, in its order. */
export const LEGACY_MEASURES = ["M_Out_Call_Count", "M_Out_Call_Time", "M_Data_Sum", "M_Data_Count"];

/**
 * The measures of a log as a plan has them. A call record that says nothing of its own has the plan, and the hash of it, that it always had.
 *
 * @throws ChurnError BAD_OPTION for a measure whose name the features of another one have
 */
export function usageMeasures(log: readonly MeasureColumn[]): UsageMeasure[] {
  const measures = log.map(usageMeasure);
  const taken = new Map<string, UsageMeasure>();
  for (const measure of measures) {
    const other = taken.get(measure.name.toLowerCase());
    if (other) {
      throw new ChurnError(
        "BAD_OPTION",
        `measures ${other.column} and ${measure.column} would have features of one name`,
        {
          hint: `give ${measure.column} another name in "load.measures"`,
        },
      );
    }
    taken.set(measure.name.toLowerCase(), measure);
  }
  return measures;
}

function usageMeasure({ name: column, kind, title, unit, negative }: MeasureColumn): UsageMeasure {
  const own = MEASURES.find((measure) => measure.name === column);
  const isPlain = own?.title === title && own.unit === unit;
  return {
    name: NAMES[column] ?? column,
    column,
    kind,
    ...(isPlain ? {} : { title, ...(unit === undefined ? {} : { unit }) }),
    ...(negative ? { negative } : {}),
  };
}

/** What a person calls a measure, and its unit. */
export function titleOf({ column, name, title, unit }: UsageMeasure): { title: string; unit: string | undefined } {
  if (title !== undefined) return { title, unit };
  const own = MEASURES.find((measure) => measure.name === column);
  return { title: own?.title ?? name, unit: own?.unit };
}
