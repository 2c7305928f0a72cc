import { type MeasureColumn, measuresOf } from "../cdr/columns.js";
import { ChurnError } from "../core/errors.js";
import { type Database, name } from "../store/database.js";
import { countLeavers } from "../store/leavers.js";
import { logColumns } from "../store/log-columns.js";
import { type CoveredLog, coveredLog } from "./covered-log.js";
import { type FeaturePlan, planFeatures } from "./feature-plan.js";
import type { FeatureSettings } from "./options.js";
import { isOfAttribute } from "./plan-attributes.js";
import { readPlanFile } from "./plan-file.js";
import { readAttributes } from "./read-attributes.js";

/** The plan of a run, and the log that it looks at. */
export interface FoundPlan {
  plan: FeaturePlan;
  log: CoveredLog;
  /** Whether the plan was read from `features.plan_file`. */
  isRead: boolean;
  /** What there is to know of the plan. */
  notes: string[];
}

/**
 * Finds the plan of a run: that of `features.plan_file` where there is such a file, as it is; else one made by the settings for the log.
 *
 * @throws ChurnError NO_DATA without records; BAD_INPUT for a plan of measures or labels that the log does not have; what `planFeatures` throws
 */
export async function findPlan(db: Database, settings: FeatureSettings): Promise<FoundPlan> {
  const log = await describeLog(db);
  const hasLeavers = (await countLeavers(db)) !== undefined;
  const read = settings.plan_file === null ? undefined : await readPlanFile(settings.plan_file);
  if (read) {
    checkLog(read, { ...log, hasLeavers }, settings.plan_file ?? "");
    return { plan: read, log: log.span, isRead: true, notes: settingsThatDoNotCount(read, settings) };
  }
  const attributes = await readAttributes(db, settings.use_attributes);
  const plan = planFeatures(settings, log.measures, log.labelGiven, { attributes, hasLeavers });
  const notes = plan.features.some(isOfAttribute) ? (attributes?.notes ?? []) : [];
  return { plan, log: log.span, isRead: false, notes };
}

async function describeLog(
  db: Database,
): Promise<{ measures: MeasureColumn[]; labelGiven: boolean; span: CoveredLog }> {
  const span = await coveredLog(db);
  const measures = measuresOf(await logColumns(db));
  const counts = measures.map(({ name: column }) => `count(${name(column)}) AS ${name(column)}`).join(", ");
  const found = await db.row(`SELECT count(*) AS rows, count(PSEUDO_CHURNED) AS labels, ${counts} FROM DP_CDR_Data`);
  if (!found?.rows || !span)
    throw new ChurnError("NO_DATA", "no records are loaded", { hint: "churn download, then churn load" });
  return {
    measures: measures.filter(({ name: column }) => (found[column] as number) > 0),
    labelGiven: (found.labels as number) > 0,
    span,
  };
}

/** @throws ChurnError BAD_INPUT when the log lacks what the plan reads */
function checkLog(
  plan: FeaturePlan,
  { measures, labelGiven, hasLeavers }: { measures: MeasureColumn[]; labelGiven: boolean; hasLeavers: boolean },
  file: string,
): void {
  const fault = (what: string, hint: string) =>
    new ChurnError("BAD_INPUT", `the plan ${JSON.stringify(file)} ${what}`, { hint });
  const missing = plan.measures.find(({ column }) => !measures.some((measure) => measure.name === column));
  if (missing) {
    const has = measures.map((measure) => measure.name).join(", ");
    throw fault(`reads the measure ${missing.column}, for which the log has nothing`, `the log has ${has}`);
  }
  if (plan.label === "given" && !labelGiven) {
    throw fault('has the label "given", and no record has PSEUDO_CHURNED', "use a plan of this log");
  }
  if (plan.label === "leavers" && !hasLeavers) {
    throw fault(
      'has the label "leavers", and no list of leavers was loaded',
      "name it in load.churned, then churn load",
    );
  }
}

/** Settings that say something else than the plan, which counts. */
function settingsThatDoNotCount(plan: FeaturePlan, settings: FeatureSettings): string[] {
  const set = plan.set === "seed" ? "legacy" : plan.set;
  const custom = Object.keys(settings.custom).filter((each) => !plan.features.some((feature) => feature.name === each));
  const others = [
    ...(settings.set === set ? [] : [`set ${set}`]),
    ...(settings.horizon === plan.horizon ? [] : [`horizon ${plan.horizon}`]),
    ...(settings.active_within === null || settings.active_within === plan.active_within
      ? []
      : [`active_within ${plan.active_within}`]),
    ...(settings.label === "auto" || settings.label === plan.label ? [] : [`label ${plan.label}`]),
    ...(custom.length ? [`no ${custom.join(", ")}`] : []),
  ];
  const but = others.length ? `; unlike the settings it has ${others.join(", ")}` : "";
  return [
    `the plan is that of ${settings.plan_file}, as it is: features.set, windows, horizon, label and custom do not count${but}`,
  ];
}
