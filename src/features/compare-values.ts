import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { type Database, name } from "../store/database.js";
import { createSnapshots } from "./create-snapshots.js";
import { type FeaturePlan, planHash } from "./feature-plan.js";
import type { ValidationCheck } from "./validation-check.js";

/** Subscribers and days of a file against those that the plan gives of the store's log. */
export interface ComparedKeys {
  compared: number;
  /** Rows that one of both has alone. */
  onlyInFile: number;
  onlyByPlan: number;
  /** Labels that differ, of those known on both sides. */
  labels: number;
}

/** How the values of a feature in a file differ from those by the plan. */
export interface ComparedFeature {
  feature: string;
  compared: number;
  /** Values that differ by more than the tolerance, or are missing on one side. */
  differ: number;
  /** Of these missing in the file, and missing by the plan. */
  missingInFile: number;
  missingByPlan: number;
  largest: number | null;
  /** The row with the largest difference. */
  example: { user: string; day: string; file: number | null; plan: number | null } | null;
}

const OWN = "features_by_the_plan";

/** Makes the snapshots of the days of a table of features by the plan, and compares keys, label and values. */
export async function compareValues(
  db: Database,
  plan: FeaturePlan,
  {
    table,
    types,
    tolerance,
    context,
  }: { table: string; types: ReadonlyMap<string, string>; tolerance: number; context: StageContext },
): Promise<{ keys: ComparedKeys; values: ComparedFeature[]; checks: ValidationCheck[] }> {
  const days = await db.rows<{ day: string }>(
    `SELECT DISTINCT CAST("Date" AS VARCHAR) AS day FROM ${table} WHERE "Date" IS NOT NULL ORDER BY day`,
  );
  const onDay = (index: number) => {
    context.onProgress?.({ task: "features validate", done: index, total: days.length, unit: "snapshot days" });
    throwIfInterrupted(context.signal, "features validate");
  };
  const target = { table: OWN, temporary: true, days: days.map(({ day }) => day), onDay };
  await createSnapshots(db, { plan, hash: planHash(plan) }, target);
  const both = `${table} f JOIN ${OWN} p USING ("User", "Date")`;
  const keys = await db.oneRow<{ compared: number; onlyInFile: number; onlyByPlan: number; labels: number }>(
    `SELECT (SELECT count(*) FROM ${both}) AS compared, (SELECT count(*) FROM ${table} ANTI JOIN ${OWN} USING ("User", "Date")) AS "onlyInFile",
       (SELECT count(*) FROM ${OWN} ANTI JOIN ${table} USING ("User", "Date")) AS "onlyByPlan",
       (SELECT count(*) FROM ${both} WHERE f.M_TENURE_CHURN <> p.M_TENURE_CHURN) AS labels`,
  );
  const values: ComparedFeature[] = [];
  for (const { name: feature } of plan.features)
    if (types.has(feature)) values.push(await compareOne(db, feature, both, tolerance));
  values.sort((a, b) => b.differ - a.differ || (b.largest ?? 0) - (a.largest ?? 0));
  const odd = values.filter(({ differ }) => differ > 0);
  const check = (what: string, faults: number, examples: string[]): ValidationCheck => ({
    ...{ check: what, ok: faults === 0, faults, examples },
  });
  return {
    keys,
    values,
    checks: [
      check(
        "the plan gives each subscriber and day of the file",
        keys.onlyInFile,
        some(keys.onlyInFile, "rows of the file alone: no snapshot by the plan"),
      ),
      check(
        "the file has each snapshot of its days",
        keys.onlyByPlan,
        some(keys.onlyByPlan, "snapshots that the file lacks"),
      ),
      check("labels are those of the plan", keys.labels, some(keys.labels, "labels differ")),
      check(
        "values are those of the plan",
        odd.reduce((sum, { differ }) => sum + differ, 0),
        odd.slice(0, 5).map(inWords),
      ),
    ],
  };
}

const some = (n: number, what: string) => (n ? [`${n.toLocaleString("en-US")} ${what}`] : []);

const inWords = ({ feature, compared, differ, largest, example }: ComparedFeature) =>
  `${feature}: ${differ.toLocaleString("en-US")} of ${compared.toLocaleString("en-US")} differ${largest === null ? "" : `, by ${largest.toPrecision(3)} at most`}${
    example
      ? ` (${example.user} on ${example.day}: ${example.file ?? "missing"}, by the plan ${example.plan ?? "missing"})`
      : ""
  }`;

async function compareOne(db: Database, feature: string, both: string, tolerance: number): Promise<ComparedFeature> {
  const [file, own] = [`f.${name(feature)}`, `p.${name(feature)}`];
  const off = `abs(${file} - ${own})`;
  const differs = `(${file} IS NULL) <> (${own} IS NULL) OR NOT (${off} <= ${tolerance} * greatest(1, abs(${own})))`;
  const found = await db.oneRow<
    Record<"compared" | "differ" | "missingInFile" | "missingByPlan", number> & { largest: number | null }
  >(
    `SELECT count(*) AS compared, count(*) FILTER (${differs}) AS differ, count(*) FILTER (${file} IS NULL AND ${own} IS NOT NULL) AS "missingInFile",
       count(*) FILTER (${own} IS NULL AND ${file} IS NOT NULL) AS "missingByPlan", max(${off}) AS largest FROM ${both}`,
  );
  if (found.differ === 0) return { feature, ...found, example: null };
  const example = await db.oneRow<{ user: string; day: string; file: number | null; plan: number | null }>(
    `SELECT "User" AS user, CAST("Date" AS VARCHAR) AS day, ${file} AS file, ${own} AS plan FROM ${both}
     WHERE ${differs} ORDER BY ${off} DESC NULLS LAST, day, user LIMIT 1`,
  );
  return { feature, ...found, example };
}
