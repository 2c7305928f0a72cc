import { z } from "zod";
import { ChurnError } from "../core/errors.js";
import type { FeaturePlan } from "./feature-plan.js";

const name = z.string().min(1).max(200);
const days = z.int().min(1).max(36500);

/** Fields of a feature: SQL is made of them, so they are plain values, and numbers are numbers. */
const feature = z
  .object({ name, kind: name, window: days.optional(), within: days.optional() })
  .catchall(z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))]));

const measure = z.strictObject({
  name,
  column: name,
  kind: z.enum(["count", "amount"]),
  title: z.string().optional(),
  unit: z.string().optional(),
  negative: z.boolean().optional(),
});

const plan = z.strictObject({
  format: z.literal("churn-workbench/feature-plan"),
  version: z.union([z.literal(1), z.literal(2)]),
  set: z.enum(["behaviour", "standard", "seed"]),
  horizon: days,
  active_within: days,
  label: z.enum(["given", "derived", "leavers"]),
  silent: z.literal("unknown").optional(),
  leavers_until: z.union([z.enum(["last", "log"]), z.iso.date()]).optional(),
  measures: z.array(measure),
  features: z.array(feature).min(1),
});

/**
 * Checks that a value is a plan, as far as that is seen without a log.
 *
 * @param where what it is called in errors
 * @returns the same value: its keys stay in their order, on which the hash depends
 * @throws ChurnError BAD_INPUT naming the first place that is wrong
 */
export function checkPlan(value: unknown, where: string): FeaturePlan {
  const found = plan.safeParse(value);
  const fault = (what: string) =>
    new ChurnError("BAD_INPUT", `the plan ${where} ${what}`, {
      hint: "churn features explain --json shows a plan; features.plan_file writes one",
    });
  if (!found.success) {
    const [issue] = found.error.issues;
    const path = issue?.path.join(".");
    throw fault(`is none of churn features: ${path ? `${path}: ` : ""}${issue?.message ?? ""}`);
  }
  const names = found.data.features.map((each) => each.name.toLowerCase());
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) throw fault(`has the feature ${JSON.stringify(twice)} twice`);
  // an odd number that JSON let through, as 1e999, would end in SQL
  for (const each of found.data.features) {
    for (const [key, part] of Object.entries(each)) {
      if (typeof part === "number" && !Number.isFinite(part)) throw fault(`has ${key} ${part} in ${each.name}`);
    }
  }
  const measures = new Set(found.data.measures.map((each) => each.name));
  for (const each of found.data.features) {
    for (const key of ["measure", "outgoing", "incoming"]) {
      const wanted = each[key];
      if (typeof wanted === "string" && !measures.has(wanted)) {
        throw fault(`has a feature ${each.name} of ${JSON.stringify(wanted)}, which is none of its measures`);
      }
    }
  }
  return value as FeaturePlan;
}
