import { wilsonInterval } from "../statistics/wilson-interval.js";
import { type Database, name } from "../store/database.js";
import { ATTRIBUTES, storedAttributes } from "../store/subscriber-attributes.js";

/** How many of the snapshots with one value of an attribute churned. */
export interface SegmentChurn {
  attribute: string;
  /** The value on the day before the snapshot; null where it is missing. */
  value: string | null;
  snapshots: number;
  subscribers: number;
  /** Snapshots whose label is known, and those of them that churned. */
  labelled: number;
  churned: number;
  /** Share that churned, with limits of a 95 % interval (Wilson), as if snapshots were independent; null without a label. */
  rate: number | null;
  low: number | null;
  high: number | null;
}

/** Values of an attribute that are told apart, those of most snapshots; all others are one. */
const MOST_VALUES = 20;
/** What stands for the values that are not told apart. */
const OTHERS = "other values";

/** Counts churn in `Processed_Data` by value of each attribute that is a text, or true or false; most snapshots first. */
export async function churnBySegment(db: Database): Promise<SegmentChurn[]> {
  const stored = await storedAttributes(db);
  const attributes = stored?.attributes.filter(({ kind }) => kind === "text" || kind === "truth") ?? [];
  const result: SegmentChurn[] = [];
  for (const { name: attribute } of attributes) {
    const groups = await db.rows<Omit<SegmentChurn, "attribute" | "rate" | "low" | "high"> & { many: boolean }>(
      `WITH valued AS (
         SELECT p."User", p.M_TENURE_CHURN AS label, CAST(a.${name(attribute)} AS VARCHAR) AS value
         FROM (SELECT *, "Date" - 1 AS eve FROM Processed_Data) p
         ASOF LEFT JOIN ${ATTRIBUTES} a ON p."User" = a.DP_MSISDN AND p.eve >= a.valid_from),
       ranked AS (SELECT value, row_number() OVER (ORDER BY value IS NULL DESC, count(*) DESC, value) > ${MOST_VALUES + 1} AS many
         FROM valued GROUP BY value)
       SELECT CASE WHEN many THEN '${OTHERS}' ELSE v.value END AS value, many, count(*) AS snapshots, count(DISTINCT "User") AS subscribers,
         count(label) AS labelled, CAST(coalesce(sum(label), 0) AS BIGINT) AS churned
       FROM valued v JOIN ranked r ON v.value IS NOT DISTINCT FROM r.value GROUP BY 1, 2 ORDER BY many, snapshots DESC, value`,
    );
    for (const { many: _many, ...group } of groups) {
      const { labelled, churned } = group;
      const limits = wilsonInterval(churned, labelled) ?? { low: null, high: null };
      result.push({ attribute, ...group, rate: labelled ? churned / labelled : null, ...limits });
    }
  }
  return result;
}
