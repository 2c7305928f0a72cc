import { featureMeanings, featureUnits } from "./feature-meaning.js";
import { daysNeeded, type FeaturePlan, lookback, planHash } from "./feature-plan.js";
import { featureTitles } from "./feature-title.js";
import { daysText, labelRule } from "./label-rule.js";
import { isOfAttribute } from "./plan-attributes.js";
import { shownSql } from "./shown-sql.js";
import { titleOf } from "./usage-measures.js";

/** One feature of a plan, as a reader wants it. */
export interface ExplainedFeature {
  name: string;
  kind: string;
  title: string;
  unit: string | null;
  meaning: string;
  /** Days before the snapshot that it sees; null: all of the log, or what is valid on the day before. */
  days: number | null;
  /** Over the rows of the subscriber's days before the snapshot: measures, `age` in covered days, `active`. */
  sql: string;
}

/** What a plan does, in words and SQL. */
export interface PlanExplanation {
  hash: string;
  set: string;
  version: number;
  /** What it reads: a table, and what of it. */
  sources: { table: string; columns: string[]; what: string }[];
  /** Who has a snapshot on a day. */
  population: string;
  label: string;
  /** Days of the label's window, and days before the snapshot that the windows of the plan reach back. */
  horizon: number;
  lookback: number;
  features: ExplainedFeature[];
}

/**
 * Explains a plan: what it reads, who has a snapshot, what the label is, and each feature with title, unit, meaning and SQL.
 *
 * @example
 * const { features } = explainPlan((await buildFeatures(store)).plan);
 */
export function explainPlan(plan: FeaturePlan): PlanExplanation {
  const titles = featureTitles(plan);
  const meanings = featureMeanings(plan);
  const units = featureUnits(plan);
  const sql = shownSql(plan);
  const attributes = [...new Set(plan.features.filter(isOfAttribute).map(({ attribute }) => attribute))];
  const measured = plan.measures.map((measure) => titleOf(measure).title).join(", ");
  return {
    hash: planHash(plan),
    set: plan.set === "seed" ? "legacy" : plan.set,
    version: plan.version,
    sources: [
      {
        table: "DP_CDR_Data",
        columns: ["DP_MSISDN", "DP_DATE", ...plan.measures.map(({ column }) => column)],
        what: `the log, a row a subscriber and day: ${measured}`,
      },
      ...(plan.label === "given"
        ? [
            {
              table: "DP_CDR_Data",
              columns: ["PSEUDO_CHURNED"],
              what: "the flag of the log: the label, and who has left already",
            },
          ]
        : []),
      ...(plan.label === "leavers"
        ? [{ table: "leavers", columns: ["left_on"], what: "who left and when: the label, and who has left already" }]
        : []),
      ...(attributes.length
        ? [
            {
              table: "subscriber_attributes",
              columns: attributes,
              what: "attributes, as valid on the day before the snapshot",
            },
          ]
        : []),
    ],
    population: `subscribers with any activity in the ${daysText(plan.active_within)} before the snapshot day who are not known to have left`,
    label: labelRule(plan),
    horizon: plan.horizon,
    lookback: lookback(plan),
    features: plan.features.map((feature) => ({
      name: feature.name,
      kind: feature.kind,
      title: titles.get(feature.name) ?? feature.name,
      unit: units.get(feature.name) ?? null,
      meaning: meanings.get(feature.name) ?? "",
      days: daysOf(feature),
      sql: sql.get(feature.name) ?? "",
    })),
  };
}

function daysOf(feature: FeaturePlan["features"][number]): number | null {
  if (feature.kind === "custom") return feature.within ?? null;
  if ("window" in feature) return daysNeeded(feature);
  return ["value", "day_sum", "day_mean", "day_stddev", "log1p"].includes(feature.kind) ? 1 : null;
}

/** The explanation as text, for a terminal: the plan first, then a paragraph a feature. */
export function explanationText(plan: PlanExplanation): string {
  const lines = [
    `plan ${plan.hash}: set ${plan.set}, ${plan.features.length} features`,
    ...plan.sources.map(({ table, columns, what }) => `reads ${table} (${columns.join(", ")}): ${what}`),
    `a snapshot has ${plan.population}`,
    `windows reach ${daysText(plan.lookback)} back from the snapshot day, and no feature sees that day or a later one`,
    `the label is ${plan.label}`,
    "In SQL: rows are the subscriber's covered days before the snapshot, age counts them back (1 is the day before), active tells whether anything was done.",
  ];
  const features = plan.features.map(
    ({ name, title, meaning, sql }) => `\n${name}\n  ${title}\n  ${meaning}\n  ${sql}`,
  );
  return [...lines, ...features].join("\n");
}
